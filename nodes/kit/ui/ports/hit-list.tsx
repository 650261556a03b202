import { type Hit, type QuestionHits, questionHitsSchema } from '@graft/graph';
import type { ReactNode } from 'react';
import { plural } from '../text/amounts.ts';
import type { PreviewProps } from '../preview-props.ts';
import { RowList } from '../list/row-list.tsx';
import { ScoreLine, type ScoreShare, ScoreTable } from './score-parts.tsx';
import { SourceLink } from '../text/source-link.tsx';

export interface HitListProps extends PreviewProps {
  /** A hit to draw, for nodes that change only some of its fields. */
  readonly shownHit?: (hit: Hit) => Hit;
  /** Contributions of a hit's parts to its score, as far as the node knows them. */
  readonly sharesOf?: (hit: Hit) => readonly ScoreShare[];
}

/** Questions with their ranked hits, their earlier ranks, the parts of each score, and the score as a bar. */
export function HitList(props: HitListProps): ReactNode {
  return (
    <RowList {...props} schema={questionHitsSchema} unit="questions">
      {(row: QuestionHits, at) => {
        const wanted = wantedDocuments(row);
        return (
          <details className="gk-fold" open={at === 0 || at === props.went?.row}>
            <summary>
              <span className="gk-grow">{row.question.question}</span>
              {wanted.all.size > 0 && (
                <span
                  className="gk-tag"
                  data-wanted={wanted.missing.length === 0}
                  title="How many of the documents with the answer are among the hits."
                >
                  {wanted.all.size - wanted.missing.length} of {wanted.all.size} found
                </span>
              )}
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
                  wanted={wanted.all.has(hit.chunk.source.path)}
                />
              ))}
            {wanted.missing.length > 0 && (
              <p className="gk-missing">
                <span className="gk-tag" data-wanted="false">
                  not found
                </span>
                <span className="gk-mono gk-grow">{wanted.missing.join(', ')}</span>
              </p>
            )}
          </details>
        );
      }}
    </RowList>
  );
}

/** The documents that answer a question, as the metrics count them: by path; and those without a hit. */
function wantedDocuments({ question, hits }: QuestionHits): {
  readonly all: ReadonlySet<string>;
  readonly missing: readonly string[];
} {
  const all = new Set(question.documents);
  const found = new Set(hits.map(({ chunk }) => chunk.source.path));
  return { all, missing: [...all].filter((path) => !found.has(path)) };
}

function HitRow(props: {
  readonly hit: Hit;
  readonly best: number;
  readonly open: PreviewProps['openSpan'];
  readonly sharesOf: HitListProps['sharesOf'];
  /** Whether it comes from a document with the answer. */
  readonly wanted: boolean;
}): ReactNode {
  const { hit, best, open, sharesOf, wanted } = props;
  const score = `score ${hit.score.toPrecision(4)}`;
  const hasParts = Object.keys(hit.scores).length > 0;
  return (
    <div className="gk-hit">
      <span className="gk-rank">{hit.rank}</span>
      <span className="gk-grow">
        <SourceLink span={hit.chunk.source} open={open} />
      </span>
      <span className="gk-standing">
        {wanted && (
          <span className="gk-tag" data-wanted="true" title="From a document with the answer.">
            {' '}
            expected{' '}
          </span>
        )}
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

/** A hit's rank before it was reranked. */
function Moved({ hit: { rank, before } }: { readonly hit: Hit }): ReactNode {
  if (before === undefined) return null;
  const places = plural(Math.abs(before - rank), 'place');
  if (before === rank) {
    return (
      <span className="gk-moved" title="Same rank as before.">
        same rank
      </span>
    );
  }
  const rose = rank < before;
  return (
    <span
      className="gk-moved"
      data-moved={rose ? 'up' : 'down'}
      title={`Was number ${before}; now ${places} ${rose ? 'higher' : 'lower'}.`}
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
