import { count } from '@graft/nodes/kit/ui';
import { Fragment, useEffect, useRef } from 'react';
import { chordName } from '../kit/chord.ts';
import { bodyAt, countUses, nodeIn, type Origin, prefixOf, roundsOf, titleOf } from '@graft/view';
import { useDocument, useRunView } from '../kit/stores.ts';
import { fileTitle } from '../api/graphs/graph-file.ts';
import { backTo, leave, leaveTo, showRound } from '../api/graphs/navigation.ts';

interface CrumbProps {
  readonly title: string;
  /** Absent for where one is. */
  readonly go?: () => void;
}

function Crumb({ title, go }: CrumbProps) {
  return go === undefined ? (
    <span aria-current="page" className="truncate font-[550]">
      {title}
    </span>
  ) : (
    <button
      type="button"
      className="truncate text-ink-2 hover:text-ink hover:underline"
      onClick={go}
    >
      {title}
    </button>
  );
}

function useCrumbs(from: readonly Origin[]): readonly CrumbProps[] {
  const path = useDocument((state) => state.file?.path) ?? '';
  const trail = useDocument((state) => state.trail);
  const graph = useDocument((state) => state.graph);
  const within = trail.map(({ node }, index): CrumbProps => {
    const used = nodeIn(graph, bodyAt(trail.slice(0, index)), node);
    const title = used === undefined ? node : titleOf(used);
    return index === trail.length - 1 ? { title } : { title, go: () => leaveTo(index + 1) };
  });
  const file = { title: fileTitle(path) };
  return [
    ...from.map((origin, index) => ({
      title: fileTitle(origin.path),
      go: () => void backTo(index),
    })),
    trail.length === 0 ? file : { ...file, go: () => leaveTo(0) },
    ...within,
  ];
}

/** Which round of a loop is shown, and the others to choose; a round that begins while the newest is shown is shown then. */
function RoundChooser({ depth }: { readonly depth: number }) {
  const trail = useDocument((state) => state.trail);
  const { node = '', round = 1 } = trail[depth] ?? {};
  const path = prefixOf(trail.slice(0, depth)) + node;
  const rounds = useRunView((state) => roundsOf(state, path));
  const before = useRef(rounds);
  useEffect(() => {
    const followed = round === before.current && rounds > before.current;
    before.current = rounds;
    if (rounds > 0 && (followed || round > rounds)) showRound(depth, rounds);
  }, [depth, round, rounds]);
  if (rounds === 0) return <span className="shrink-0 text-ink-2">no round yet</span>;
  return (
    <span className="flex shrink-0 items-center gap-1 text-ink-2">
      <label className="flex items-center gap-1">
        round
        <select
          className="field h-[22px] w-auto px-1 py-0"
          value={round}
          onChange={(event) => showRound(depth, Number(event.target.value))}
        >
          {Array.from({ length: rounds }, (_, index) => (
            <option key={index} value={index + 1}>
              {index + 1}
            </option>
          ))}
        </select>
      </label>
      of {count(rounds)}
    </span>
  );
}

/** Where one is within graphs that are used, and the way out of each: `answers › retriever › rerank`. */
export function TrailBar({ from }: { readonly from: readonly Origin[] }) {
  const crumbs = useCrumbs(from);
  const trail = useDocument((state) => state.trail);
  const uses = useDocument(({ graph, trail }) => {
    const body = bodyAt(trail);
    return body === undefined ? 1 : countUses(graph, body);
  });
  return (
    <nav
      aria-label="Path of subgraphs"
      data-testid="trail"
      className="flex min-h-9 items-center gap-2 border-b border-line bg-panel px-3.5 py-1"
    >
      {crumbs.map((crumb, index) => (
        <Fragment key={index}>
          {index === 0 ? null : (
            <span aria-hidden="true" className="text-ink-3">
              ›
            </span>
          )}
          <Crumb {...crumb} />
          {trail[index - from.length - 1]?.round === undefined ? null : (
            <RoundChooser depth={index - from.length - 1} />
          )}
        </Fragment>
      ))}
      {uses > 1 ? (
        <span
          className="shrink-0 text-ink-2"
          title="They all use this one subgraph: an edit here changes all of them."
        >
          · used {count(uses)} times
        </span>
      ) : null}
      <button
        type="button"
        className="button small ml-1 shrink-0"
        title={`Go up one level (${chordName('mod+arrowup')})`}
        onClick={leave}
      >
        Leave
      </button>
    </nav>
  );
}
