import { type EmbedderInfo, embedderInfoSchema } from '@graft/graph';
import type { ReactNode } from 'react';
import { count } from '../text/amounts.ts';
import { Facts } from '../text/facts.tsx';
import type { PreviewProps } from '../preview-props.ts';
import { RowList } from '../list/row-list.tsx';

const trained = {
  lora: 'low-rank additions',
  full: 'every weight',
  'query-adapter': 'a map for the vectors of questions',
} as const;

/** What a trained embedder says of itself. */
export function EmbedderFacts(props: PreviewProps): ReactNode {
  return (
    <RowList {...props} schema={embedderInfoSchema} unit="embedders">
      {(info: EmbedderInfo) => (
        <Facts
          facts={[
            ['embedder', info.id],
            ['trained from', info.base.id],
            ['trained', trained[info.method]],
            ['vectors', `${count(info.dimension)} numbers`],
            ['context', `${count(info.contextLength)} tokens`],
            ['weights', <span className="gk-mono">{info.weights}</span>],
            ['digest', <span className="gk-mono">{info.digest}</span>],
          ]}
        />
      )}
    </RowList>
  );
}
