import { indexInfoSchema } from '@graft/graph';
import type { ReactNode } from 'react';
import { Facts, type PreviewProps, RowList } from '../kit/ui/index.ts';

/** What the index says of itself. */
export function preview(props: PreviewProps): ReactNode {
  return (
    <RowList {...props} schema={indexInfoSchema} unit="indexes">
      {(info) => (
        <Facts
          facts={[
            ['chunks', info.rows.toLocaleString('en')],
            ['kind', String(props.params['kind'] ?? '')],
            ['language', String(props.params['language'] ?? '')],
            ['embedder', info.embedder],
            ['dimension', info.dimension],
            ['weights', <span className="gk-mono">{info.embedderDigest}</span>],
          ]}
        />
      )}
    </RowList>
  );
}
