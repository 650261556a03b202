import { type Hit, type QuestionHits, questionHitsSchema } from '@graft/graph';
import type { ReactNode } from 'react';
import { plural } from './amounts.ts';
import type { PreviewProps } from './preview-props.ts';
import { RowList } from './row-list.tsx';
import { ScoreLine, type ScoreShare, ScoreTable } from './score-parts.tsx';
import { SourceLink } from './source-link.tsx';

export interface HitListProps extends PreviewProps {
  /** A hit as it is to be drawn, where the node does not answer for all that it brings. */
  readonly shownHit?: (hit: Hit) => Hit;
  /** What the parts of a hit's score give to it, as far as the node knows. */
  readonly sharesOf?: (hit: Hit) => readonly ScoreShare[];
}

/** Questions with their ranked hits, where these stood before, the parts of each score, the score itself as a bar. */
export function HitList(props: HitListProps): ReactNode {
  return (
    <RowList {...props} schema={questionHitsSchema} unit="questions">
      {(row: QuestionHits, at) => (
        <details className="gk-fold" open={at === 0}>
          <summary>
            <span className="gk-grow">{row.question.question}</span>
            <span className="gk-faint">{plural(row.hits.length, 'hit')}</span>
          </summary>
          {row.hits
            .map((hit) => props.shownHit?.(hit) ?? hit)
            .map((hit) => (
              <HitRow
                key={hit.chunk.id}
                hit={hit}
                best={row.hits[0]?.score ?? 1}
                open={props.openSpan}
                sharesOf={props.sharesOf}
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
  readonly sharesOf: HitListProps['sharesOf'];
}): ReactNode {
  const { hit, best, open, sharesOf } = props;
  const score = `score ${hit.score.toPrecision(4)}`;
  const hasParts = Object.keys(hit.scores).length > 0;
  return (
    <div className="gk-hit">
      <span className="gk-rank">{hit.rank}</span>
      <span className="gk-grow">
        <SourceLink span={hit.chunk.source} open={open} />
      </span>
      <span className="gk-standing">
        <Moved hit={hit} />
        <Bar share={best > 0 ? hit.score / best : 0} title={score} />
      </span>
      {/* Below the link, not around it: within what unfolds the text, not everyone could open the source. */}
      <details>
        <summary>{hasParts ? <ScoreLine hit={hit} /> : score}</summary>
        <ScoreTable hit={hit} shares={sharesOf?.(hit) ?? []} />
        <div className="gk-text">{hit.chunk.text}</div>
      </details>
    </div>
  );
}

/** Where a hit stood before it was ranked anew. */
function Moved({ hit: { rank, before } }: { readonly hit: Hit }): ReactNode {
  if (before === undefined) return null;
  const places = plural(Math.abs(before - rank), 'place');
  if (before === rank) {
    return (
      <span className="gk-moved" title="It stood there before.">
        same place
      </span>
    );
  }
  const rose = rank < before;
  return (
    <span
      className="gk-moved"
      data-moved={rose ? 'up' : 'down'}
      title={`It came as number ${before}, and stands ${places} ${rose ? 'higher' : 'lower'} now.`}
    >
      {rose ? '▲' : '▼'} was {before}
    </span>
  );
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
