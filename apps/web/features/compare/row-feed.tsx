import { count, plural } from '@graft/nodes/kit/ui';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useLayoutEffect, useRef, type KeyboardEvent } from 'react';
import { refusalOf } from '../../api/problem.ts';
import { showInComparison, useComparePlace, type Turned } from './compare-place.ts';
import { absentWords, NodeTitle } from './side-labels.tsx';
import { letterOf, type NamedOutput } from '@graft/view';
import { ComparedRowView } from './compared-row.tsx';
import { useRowFacts, useRows, type RowFacts } from './use-compared-rows.ts';

/** The assumed height of an unmeasured row, in pixels. */
const estimate = 150;

const turns: readonly { readonly id: Turned; readonly title: string }[] = [
  { id: 'gained', title: 'became right' },
  { id: 'lost', title: 'became wrong' },
];

/** How many rows differ, and how many answers turned; a click filters by them. */
function Counts({ facts, unit }: { readonly facts: RowFacts; readonly unit: string }) {
  const turned = useComparePlace((state) => state.turned);
  const { counts, right, left } = facts;
  return (
    <p className="flex flex-wrap items-center gap-x-3 gap-y-1 text-ink-2" data-testid="row-counts">
      <span>
        <b className="font-[580] text-ink">{count(counts.differing)}</b> of {count(counts.all)}{' '}
        {unit} differ
      </span>
      {right === undefined ? null : (
        <>
          <span>
            right:{' '}
            {right.map((side, at) => (
              <span key={at}>
                {at === 0 ? '' : ', '}
                <span className="side-letter">{letterOf(at)}</span> {count(side.right)} of{' '}
                {count(side.of)}
              </span>
            ))}
          </span>
          {turns.map(({ id, title }) => (
            <button
              key={id}
              type="button"
              className="button small compare-turn"
              aria-pressed={turned === id}
              disabled={counts[id] === 0 && turned !== id}
              onClick={() => showInComparison({ turned: turned === id ? undefined : id })}
            >
              {count(counts[id])} {title}
            </button>
          ))}
        </>
      )}
      {left > 0 ? <span>{plural(left, 'more row')} not compared</span> : null}
    </p>
  );
}

/** Why a side has no rows of an output; undefined if it has some. */
function lackOf({ node, output }: NamedOutput, side: number): string | undefined {
  if (output.gone[side] === true)
    return 'Removed from the cache. Run the graph again to compute it.';
  if (output.artifacts[side] !== null) return undefined;
  const nodeSide = node.sides[side];
  if (nodeSide === undefined) return 'No result.';
  if ('absent' in nodeSide) return `No result: the node ${absentWords[nodeSide.absent]}.`;
  return `No result: the node ${nodeSide.status}${nodeSide.error === undefined ? '' : `: ${nodeSide.error}`}`;
}

/** An output of all sides, row by row. Only rows in view are drawn; arrow keys go from row to row. */
export function RowFeed({ node, output }: NamedOutput) {
  const { all, turned } = useComparePlace();
  const scroller = useRef<HTMLDivElement>(null);
  const lacks = output.artifacts.map((_, side) => lackOf({ node, output }, side));
  const lacking = lacks.flatMap((lack, side) => (lack === undefined ? [] : { lack, side }));
  const wish = {
    // Evicted outputs are not read.
    artifacts: output.artifacts.map((ref, side) => (output.gone[side] === true ? null : ref)),
    // With a missing side, every row would count as different.
    filter: lacking.length > 0 ? 'all' : (turned ?? (all ? 'all' : 'differing')),
  } as const;
  const { facts, error: unread } = useRowFacts(wish);
  const total = facts?.counts[wish.filter] ?? 0;
  const virtualizer = useVirtualizer({
    count: total,
    getScrollElement: () => scroller.current,
    estimateSize: () => estimate,
    overscan: 4,
  });
  const items = virtualizer.getVirtualItems();
  const rows = useRows(wish, { first: items[0]?.index ?? 0, last: items.at(-1)?.index ?? 0 });
  const error = unread ?? rows.error;
  useEffect(() => virtualizer.scrollToOffset(0), [virtualizer, wish.filter]);
  /** The row to focus once it is scrolled to and drawn. */
  const wanted = useRef<number | undefined>(undefined);
  const giveFocus = (): void => {
    const at = wanted.current;
    const row =
      at === undefined
        ? null
        : scroller.current?.querySelector<HTMLElement>(`[data-index="${String(at)}"]`);
    if (row === null || row === undefined) return;
    wanted.current = undefined;
    row.focus();
  };
  useLayoutEffect(giveFocus);
  const press = (event: KeyboardEvent): void => {
    const { target, key } = event;
    const index = target instanceof HTMLElement ? target.dataset['index'] : undefined;
    const at = wanted.current ?? (index === undefined ? undefined : Number(index));
    const steps: Readonly<Record<string, (from: number) => number>> = {
      ...{ ArrowDown: (from) => from + 1, ArrowUp: (from) => from - 1 },
      ...{ PageDown: (from) => from + 5, PageUp: (from) => from - 5 },
      ...{ Home: () => 0, End: () => total - 1 },
    };
    const to = at === undefined ? undefined : steps[key]?.(at);
    if (to === undefined) return;
    event.preventDefault();
    wanted.current = Math.min(total - 1, Math.max(0, to));
    // Keys must keep working while the focused row is removed.
    scroller.current?.focus({ preventScroll: true });
    virtualizer.scrollToIndex(wanted.current, { align: 'auto' });
    giveFocus();
  };
  return (
    <section className="flex min-h-0 flex-1 flex-col" aria-label={`${node.title}, ${output.port}`}>
      <header className="grid gap-1 border-b border-line px-5 py-3">
        <h2 className="flex items-baseline gap-2 text-lg font-[620]">
          <NodeTitle node={node} />
          <span className="font-normal text-ink-2">{output.port}</span>
        </h2>
        {facts === undefined || lacking.length > 0 ? null : (
          <Counts facts={facts} unit={output.unit} />
        )}
        {lacking.map(({ lack, side }) => (
          <p key={side} className="text-error" data-testid="lack">
            <span className="side-letter">{letterOf(side)}</span> {lack}
          </p>
        ))}
      </header>
      {error === null ? null : (
        <p className="px-5 py-3 whitespace-pre-line text-error" role="alert">
          {refusalOf(error)}
        </p>
      )}
      {facts === undefined && error === null && lacking.length < lacks.length ? (
        <p className="px-5 py-4 text-ink-2">Reading the results …</p>
      ) : null}
      {facts !== undefined && total === 0 ? (
        <p className="px-5 py-4 text-ink-2" data-testid="no-rows">
          {turned === undefined ? counted(facts, output.unit) : 'No answer changed this way.'}
        </p>
      ) : null}
      <div
        ref={scroller}
        className="min-h-0 flex-1 overflow-auto outline-none"
        tabIndex={-1}
        onKeyDown={press}
      >
        <div
          {...(total === 0 ? {} : { role: 'feed', 'aria-label': `${output.port}, compared` })}
          className="relative"
          style={{ height: virtualizer.getTotalSize() }}
        >
          {items.map(({ index, start, key }) => {
            const row = rows.row(index);
            return (
              <article
                key={key}
                ref={virtualizer.measureElement}
                data-index={index}
                className="compare-row"
                style={{ transform: `translateY(${String(start)}px)` }}
                tabIndex={0}
                aria-posinset={index + 1}
                aria-setsize={total}
                aria-label={row?.heading ?? 'Reading …'}
                data-differs={row?.differs}
              >
                {row === undefined ? (
                  <p className="h-[110px] text-ink-2">Reading …</p>
                ) : (
                  <ComparedRowView row={row} />
                )}
              </article>
            );
          })}
        </div>
      </div>
    </section>
  );
}

function counted({ counts }: RowFacts, unit: string): string {
  return counts.all === 0
    ? `There are no ${unit}.`
    : `None: all ${count(counts.all)} ${unit} are the same.`;
}
