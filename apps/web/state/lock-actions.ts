import { serializeGraph } from '@graft/graph';
import { useMemo } from 'react';
import { api } from '../api/client.ts';
import { useDocument } from './document-store.ts';
import { report } from './file-actions.ts';
import { usePlan, type PlanReport } from './plan-store.ts';

/** A source that holds other bytes than the open graph is locked to. */
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

/** Locks the open graph to what its sources hold now, models too. An edit: it can be undone, and is saved with the rest. */
export async function takeSources(): Promise<void> {
  const { file, graph } = useDocument.getState();
  if (file === null) return;
  try {
    const lock = await api.graphs.lock.mutate({ path: file.path, text: serializeGraph(graph) });
    if (useDocument.getState().file?.path !== file.path) return;
    useDocument.getState().edit((current) => ({ ...current, lock }));
  } catch (error) {
    report(error);
  }
}
