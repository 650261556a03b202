import type { PlanReport } from '../client.ts';
import { count, duration, plural, roughly } from '@graft/nodes/kit/ui';
import { type FirstRun, type RunState, stepsDone, isPartOf } from '@graft/view';
import { pathWithoutRounds, upperCostText } from '@graft/graph';
import { useMemo } from 'react';
import { usePlan } from './plan-store.ts';

/** `3 of 11 done`: the progress of a run; empty while it has no steps. */
export function runLine(run: Pick<RunState, 'steps'>): string {
  const { done, all } = stepsDone(run);
  return all === 0 ? '' : `${count(done)} of ${count(all)} done`;
}

/** Milliseconds below which no estimate is shown. */
const worthSaying = 500;

/** `about 7 minutes on 2 cores` */
export const firstRunText = ({ seconds, cores, isLeast }: FirstRun): string =>
  `${roughly(seconds, { isLeast: isLeast === true })} on ${plural(cores, 'core')}`;

/**
 * `5 reused · 3 will run · 40 s last time`; `over` if the time of some node is unknown. Of an example of which nothing is
 * known here, the time that its first run took where it was measured.
 */
export function planLine(
  report: Pick<
    PlanReport,
    'nodes' | 'reused' | 'toRun' | 'estimatedMs' | 'estimatedDollars' | 'unknownCost'
  >,
  firstRun?: FirstRun,
): string {
  const { nodes, reused, toRun, estimatedMs } = report;
  if (toRun === 0) return 'all reused';
  const known = nodes.every(
    ({ verdict, estimatedMs: ms }) => verdict === 'hit' || ms !== undefined,
  );
  const parts = [
    reused === 0 ? undefined : `${reused} reused`,
    `${toRun} will run`,
    estimatedMs === undefined && reused === 0 && firstRun !== undefined
      ? firstRunText(firstRun)
      : undefined,
    estimatedMs === undefined || estimatedMs < worthSaying
      ? undefined
      : known
        ? `${duration(estimatedMs)} last time`
        : `over ${duration(estimatedMs)}`,
    upperCostText(report),
  ];
  return parts.filter((part) => part !== undefined && part !== '').join(' · ');
}

type Planned = PlanReport['nodes'][number];
type Parts = ReadonlyMap<string, readonly Planned[]>;

const noParts: readonly Planned[] = [];
const known = new WeakMap<readonly Planned[], Parts>();

/** The steps at or below each path of a node. */
function partsByPath(nodes: readonly Planned[]): Parts {
  const found = known.get(nodes);
  if (found !== undefined) return found;
  const parts = new Map<string, Planned[]>();
  for (const planned of nodes) {
    const { node } = planned;
    for (let end = node.indexOf('/'); ; end = node.indexOf('/', end + 1)) {
      const path = end < 0 ? node : node.slice(0, end);
      const own = parts.get(path);
      if (own === undefined) parts.set(path, [planned]);
      else own.push(planned);
      if (end < 0) break;
    }
  }
  known.set(nodes, parts);
  return parts;
}

/** The planned steps of a node and of the graph that it uses; indexed once for each plan. */
export function plannedParts(nodes: readonly Planned[], path: string): readonly Planned[] {
  return partsByPath(nodes).get(path) ?? noParts;
}

/** A source that differs from the lock of the open graph. */
export type ShownDrift = NonNullable<PlanReport['drift']>[number];

/** The changed sources that a node uses, or the graph that it uses; in a loop, in any round. */
export function driftAt(drift: readonly ShownDrift[], path: string): readonly ShownDrift[] {
  const node = pathWithoutRounds(path);
  return drift.filter(({ nodes }) => nodes.some((user) => isPartOf(user, node)));
}

const noDrift: readonly ShownDrift[] = [];

/** The changed sources of a node, by its path, or of all nodes. */
export function useDrift(node?: string): readonly ShownDrift[] {
  const drift = usePlan((state) => state.report?.drift) ?? noDrift;
  return useMemo(() => (node === undefined ? drift : driftAt(drift, node)), [drift, node]);
}
