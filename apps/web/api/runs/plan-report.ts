import type { PlanReport } from '../client.ts';
import { count, duration } from '@graft/nodes/kit/ui';
import { type RunState, stepsDone, isPartOf } from '@graft/view';
import { pathWithoutRounds } from '@graft/graph';
import { useMemo } from 'react';
import { usePlan } from './plan-store.ts';

/** `3 of 11 done`: how far a run is. Nothing where it has no steps yet. */
export function runLine(run: Pick<RunState, 'steps'>): string {
  const { done, all } = stepsDone(run);
  return all === 0 ? '' : `${count(done)} of ${count(all)} done`;
}

/** Milliseconds below which a run is not worth an estimate. */
const worthSaying = 500;

/** `5 reused · 3 will run · 40 s last time`; `over` where the time of some node is not known yet. */
export function planLine(
  report: Pick<PlanReport, 'nodes' | 'reused' | 'toRun' | 'estimatedMs'>,
): string {
  const { nodes, reused, toRun, estimatedMs } = report;
  if (toRun === 0) return 'all reused';
  const known = nodes.every(
    ({ verdict, estimatedMs: ms }) => verdict === 'hit' || ms !== undefined,
  );
  const parts = [
    reused === 0 ? undefined : `${reused} reused`,
    `${toRun} will run`,
    estimatedMs === undefined || estimatedMs < worthSaying
      ? undefined
      : known
        ? `${duration(estimatedMs)} last time`
        : `over ${duration(estimatedMs)}`,
  ];
  return parts.filter((part) => part !== undefined).join(' · ');
}

type Planned = PlanReport['nodes'][number];
type Parts = ReadonlyMap<string, readonly Planned[]>;

const noParts: readonly Planned[] = [];
const known = new WeakMap<readonly Planned[], Parts>();

/** By a node's path, its own step and those within the graph that it uses. */
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

/** What a plan says of a node's own step, and of those within the graph that it uses; found once for a plan. */
export function plannedParts(nodes: readonly Planned[], path: string): readonly Planned[] {
  return partsByPath(nodes).get(path) ?? noParts;
}

/** A source that is another than the open graph is locked to. */
export type ShownDrift = NonNullable<PlanReport['drift']>[number];

/** Those sources that a node uses, or the graph that it uses; of a loop, in whichever round. */
export function driftAt(drift: readonly ShownDrift[], path: string): readonly ShownDrift[] {
  const node = pathWithoutRounds(path);
  return drift.filter(({ nodes }) => nodes.some((user) => isPartOf(user, node)));
}

const noDrift: readonly ShownDrift[] = [];

/** All of them, or those of a node, by its path. */
export function useDrift(node?: string): readonly ShownDrift[] {
  const drift = usePlan((state) => state.report?.drift) ?? noDrift;
  return useMemo(() => (node === undefined ? drift : driftAt(drift, node)), [drift, node]);
}
