import { useMemo } from 'react';
import { usePlan, type PlanReport } from './plan-store.ts';

/** A source that is another than the open graph is locked to. */
export type ShownDrift = NonNullable<PlanReport['drift']>[number];

/** Whether a node that runs is this one, or of the graph that this one uses. */
const isOf =
  (node: string) =>
  (id: string): boolean =>
    id === node || id.startsWith(`${node}/`);

/** All of them, or those that a node uses. */
export function useDrift(node?: string): readonly ShownDrift[] {
  const drift = usePlan((state) => state.report?.drift);
  return useMemo(
    () => (drift ?? []).filter(({ nodes }) => node === undefined || nodes.some(isOf(node))),
    [drift, node],
  );
}
