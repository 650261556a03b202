import { pathWithoutRounds } from '@graft/graph';
import { useMemo } from 'react';
import { isPartOf } from '@graft/view';
import { usePlan } from '../runs/plan-store.ts';
import type { PlanReport } from '../client.ts';

/** A source that is another than the open graph is locked to. */
export type ShownDrift = NonNullable<PlanReport['drift']>[number];

/** Those sources that a node uses, or the graph that it uses; of a loop, in whichever round. */
export function driftAt(drift: readonly ShownDrift[], path: string): readonly ShownDrift[] {
  const node = pathWithoutRounds(path);
  return drift.filter(({ nodes }) => nodes.some((one) => isPartOf(one, node)));
}

const none: readonly ShownDrift[] = [];

/** All of them, or those of a node, by its path. */
export function useDrift(node?: string): readonly ShownDrift[] {
  const drift = usePlan((state) => state.report?.drift) ?? none;
  return useMemo(() => (node === undefined ? drift : driftAt(drift, node)), [drift, node]);
}
