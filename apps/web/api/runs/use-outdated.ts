import { useStore } from 'zustand';
import { sameJson, type Graph } from '@graft/graph';
import {
  documentStore,
  runView,
  edgesInto,
  isOver,
  placeOf,
  plannedPath,
  type ReportedProblem,
  stepIn,
} from '@graft/view';
import { usePlan } from './plan-store.ts';
import type { PlanReport } from '../client.ts';

/** What a step is told to do and is fed by where it is written. */
function drawn(graph: Graph, path: string): unknown {
  const { type, params, bypass } = placeOf(graph, path)?.node ?? {};
  return { type, params, bypass, edges: edgesInto(graph, path) };
}

/** Whether a plan that was made after a run has another key for a step than that run, which it failed with. */
export function isKeyedAnew(
  { nodes }: Pick<PlanReport, 'nodes'>,
  { path, key }: { readonly path: string; readonly key: string },
): boolean {
  const planned = nodes.find(({ node }) => node === path);
  if (planned?.cacheKey !== undefined) return planned.cacheKey !== key;
  // What is above it gave results in that run, and would not now: it has changed, unless they were thrown away.
  return planned?.verdict === 'unknown' && nodes.some(({ reason }) => reason?.kind === 'changed');
}

/**
 * Whether what an error of the run on the screen speaks of is another by now: parameters, edges, files, or what comes before.
 * `node` is the path of the node that it shows at, which may stand for the step that failed.
 */
export function useOutdated(error: ReportedProblem | undefined, node: string): boolean {
  const path = error?.location.path ?? error?.location.node ?? node;
  const isKnown = error !== undefined;
  const runId = useStore(runView, ({ run, past }) =>
    isKnown && !past && run !== null && isOver(run) ? run.runId : undefined,
  );
  const key = useStore(runView, ({ run }) => (isKnown ? stepIn(run, path)?.failedKey : undefined));
  const keyedAnew = usePlan(
    ({ report, after }) =>
      key !== undefined && report !== null && after === runId && isKeyedAnew(report, { path, key }),
  );
  const ran = useStore(runView, ({ ranGraph }) =>
    isKnown && ranGraph?.runId === runId ? ranGraph?.graph : undefined,
  );
  const redrawn = useStore(documentStore, ({ graph }) => {
    if (ran === undefined || ran === graph) return false;
    const at = plannedPath(path);
    return !sameJson(drawn(ran, at), drawn(graph, at));
  });
  return runId !== undefined && (keyedAnew || redrawn);
}
