import { type ModelRef, modelSchema } from '@graft/graph';
import type { ReactNode } from 'react';
import { count } from '../text/amounts.ts';
import { Facts } from '../text/facts.tsx';
import type { PreviewProps } from '../preview-props.ts';
import { RowList } from '../list/row-list.tsx';

/** What a model says of itself, and where its weights are. */
export function ModelFacts(props: PreviewProps): ReactNode {
  return (
    <RowList {...props} schema={modelSchema} unit="models">
      {(model: ModelRef) => (
        <Facts
          facts={[
            ['model', model.id],
            ['architecture', model.architecture],
            ['format', model.format],
            ['context', `${count(model.contextLength)} tokens`],
            [
              'weights',
              model.remote !== undefined ? (
                <>
                  remote: <span className="gk-mono">{model.remote.url}</span>
                </>
              ) : model.weights === undefined ? (
                'in the model catalogue'
              ) : (
                <>
                  trained in this workspace: <span className="gk-mono">{model.weights}</span>
                </>
              ),
            ],
            ['digest', <span className="gk-mono">{model.digest}</span>],
          ]}
        />
      )}
    </RowList>
  );
}
