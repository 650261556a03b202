import { type Hit, type HitScores, type QuestionHits, questionHitsSchema } from '@graft/graph';
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
  const score = `score ${hit.score.toPrecision(4)}`;
  const parts = scoreParts(hit);
  return (
    <div className="gk-hit">
      <span className="gk-rank">{hit.rank}</span>
      <span className="gk-grow">
        <SourceLink span={hit.chunk.source} open={open} />
      </span>
      <Bar share={best > 0 ? hit.score / best : 0} title={score} />
      {/* Below the link, not around it: within what unfolds the text, not everyone could open the source. */}
      <details>
        <summary>{parts === '' ? score : parts}</summary>
        <div className="gk-text">{hit.chunk.text}</div>
      </details>
    </div>
  );
}

/** How the parts of a score are called, and with how many digits, in the order of their making. */
const scoreTitles: readonly (readonly [keyof HitScores, string, number])[] = [
  ['dense', 'dense', 2],
  ['bm25', 'BM25', 1],
  ['versions', 'wordings', 0],
  ['rrf', 'RRF', 4],
  ['rerank', 'rerank', 2],
  ['topic', 'topic', 2],
  ['quality', 'quality', 2],
  ['length', 'length', 2],
  ['content', 'content', 2],
  ['trust', 'trust', 2],
  ['freshness', 'freshness', 2],
  ['grade', 'grade', 2],
  ['children', 'parts found', 0],
  ['mmr', 'MMR', 2],
  ['duplicates', 'duplicates', 0],
];

function scoreParts({ scores }: Hit): string {
  return scoreTitles
    .flatMap(([name, title, digits]) => {
      const value = scores[name];
      return value === undefined ? [] : [`${title} ${value.toFixed(digits)}`];
    })
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
