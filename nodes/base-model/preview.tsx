import { modelSchema } from '@graft/graph';
import type { ReactNode } from 'react';
import { Facts, type PreviewProps, RowList } from '../ui-kit/index.ts';

/** What is known of the chosen model. */
export function preview(props: PreviewProps): ReactNode {
  return (
    <RowList {...props} schema={modelSchema} unit="models">
      {(model) => (
        <Facts
          facts={[
            ['model', model.id],
            ['architecture', model.architecture],
            ['format', model.format],
            ['context', `${model.contextLength.toLocaleString('en')} tokens`],
            ['digest', <span className="gk-mono">{model.digest}</span>],
          ]}
        />
      )}
    </RowList>
  );
}
