import { indexInfoSchema } from '@graft/graph';
import type { ReactNode } from 'react';
import { indexKind } from './index-kind.ts';
import { Facts, type PreviewProps, RowList } from '../kit/ui/index.ts';

/** `auto: hnsw`, or the chosen kind. */
function kindOf(param: unknown, rows: number): string {
  return param === 'auto' ? `auto: ${indexKind('auto', rows)}` : String(param ?? '');
}

/** Facts of the index. */
export function preview(props: PreviewProps): ReactNode {
  return (
    <RowList {...props} schema={indexInfoSchema} unit="indexes">
      {(info) => (
        <Facts
          facts={[
            ['chunks', info.rows.toLocaleString('en')],
            ['kind', kindOf(props.params['kind'], info.rows)],
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
