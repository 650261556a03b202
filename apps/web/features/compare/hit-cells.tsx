import type { Span } from '@graft/graph';
import type { ComparedCell } from './use-compared-rows.ts';
import { SourceLink } from '@graft/nodes/kit/ui';
import { letterOf } from '@graft/view';

type Hits = Extract<ComparedCell, { kind: 'hits' }>;

const hitsOf = (cell: ComparedCell | null | undefined): Hits | undefined =>
  cell?.kind === 'hits' ? cell : undefined;

/** The hits of one side: gained if the first lacks them, lost if others lack them; others may have moved. */
export function HitCells(props: {
  readonly cells: readonly (ComparedCell | null)[];
  readonly side: number;
  readonly open: (span: Span) => void;
}) {
  const { cells, side, open } = props;
  const own = hitsOf(cells[side]);
  if (own === undefined) return null;
  const first = hitsOf(cells[0]);
  const others = cells.slice(1).flatMap((cell) => hitsOf(cell) ?? []);
  const rankBefore = new Map(first?.hits.map(({ place, rank }) => [place, rank]));
  const change = (place: string, rank: number): { word: string; tone?: 'gained' | 'lost' } => {
    if (side === 0) {
      // A side without results has lost nothing.
      const without = others.filter(({ hits }) => !hits.some((hit) => hit.place === place));
      if (without.length === 0) return { word: '' };
      const letters = cells.flatMap((cell, at) =>
        without.some((candidate) => candidate === cell) ? letterOf(at) : [],
      );
      return { word: cells.length === 2 ? 'lost' : `not in ${letters.join(', ')}`, tone: 'lost' };
    }
    if (first === undefined) return { word: '' };
    const before = rankBefore.get(place);
    if (before === undefined) return { word: 'gained', tone: 'gained' };
    if (before === rank) return { word: '' };
    return { word: `${before > rank ? '▲' : '▼'} was ${String(before)}` };
  };
  if (own.hits.length === 0) return <p className="compare-none">No hits.</p>;
  return (
    <ol className="compare-hits">
      {own.hits.map((hit) => {
        const { word, tone } = change(hit.place, hit.rank);
        return (
          <li key={hit.place} data-change={tone}>
            <span className="w-5 shrink-0 text-right text-ink-2 tabular-nums">{hit.rank}</span>
            <details className="min-w-0 flex-1">
              <summary title={`score ${hit.score.toPrecision(4)}`}>
                <span className="min-w-0 flex-1 [overflow-wrap:anywhere]">
                  {tone === undefined ? hit.source.path : <mark>{hit.source.path}</mark>}
                  <span className="text-ink-2">
                    {' '}
                    · {hit.source.firstLine}–{hit.source.lastLine}
                  </span>
                </span>
                <span className="compare-change">{word}</span>
              </summary>
              <p className="compare-passage">{hit.text}</p>
              <SourceLink span={hit.source} open={open} />
            </details>
          </li>
        );
      })}
      {own.more > 0 ? <li className="compare-none">and {own.more} more</li> : null}
    </ol>
  );
}
