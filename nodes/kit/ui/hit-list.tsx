import { type Hit, type QuestionHits, questionHitsSchema } from '@graft/graph';
import type { ReactNode } from 'react';
import type { PreviewProps } from './preview-props.ts';
import { RowList } from './row-list.tsx';
import { SourceLink } from './source-link.tsx';

/** Questions with their ranked hits, the parts of each score as numbers, the score itself as a bar. */
export function HitList(props: PreviewProps): ReactNode {
  return (
    <RowList {...props} schema={questionHitsSchema} unit="questions">
      {(row: QuestionHits, at) => (
        <details className="gk-fold" open={at === 0}>
          <summary>
            <span className="gk-grow">{row.question.question}</span>
            <span className="gk-faint">{row.hits.length} hits</span>
          </summary>
          {row.hits.map((hit) => (
            <HitRow
              key={hit.chunk.id}
              hit={hit}
              best={row.hits[0]?.score ?? 1}
              open={props.openSpan}
            />
          ))}
        </details>
      )}
    </RowList>
  );
}

function HitRow(props: {
  readonly hit: Hit;
  readonly best: number;
  readonly open: PreviewProps['openSpan'];
}): ReactNode {
  const { hit, best, open } = props;
  return (
    <details className="gk-hit">
      <summary>
        <span className="gk-rank">{hit.rank}</span>
        <span className="gk-grow">
          <SourceLink span={hit.chunk.source} open={open} />
          <small>{scoreParts(hit)}</small>
        </span>
        <Bar share={best > 0 ? hit.score / best : 0} title={`score ${hit.score.toPrecision(4)}`} />
      </summary>
      <div className="gk-text">{hit.chunk.text}</div>
    </details>
  );
}

function scoreParts({ scores }: Hit): string {
  const parts: readonly (readonly [string, number | undefined, number])[] = [
    ['dense', scores.dense, 2],
    ['BM25', scores.bm25, 1],
    ['RRF', scores.rrf, 4],
    ['rerank', scores.rerank, 2],
  ];
  return parts
    .flatMap(([name, value, digits]) =>
      value === undefined ? [] : [`${name} ${value.toFixed(digits)}`],
    )
    .join(' · ');
}

/** A share from 0 to 1 as a short bar. */
function Bar({ share, title }: { readonly share: number; readonly title: string }): ReactNode {
  const width = `${Math.round(Math.min(1, Math.max(0, share)) * 100)}%`;
  return (
    <span className="gk-bar" title={title}>
      <span style={{ width }} />
    </span>
  );
}
