import { sameJson, type Graph } from '@graft/graph';
import { useShallow } from 'zustand/react/shallow';
import { useDocument } from './document-store.ts';
import { edgesInto, placeOf, plannedPath } from './levels.ts';
import { usePlan, type PlanReport } from './plan-store.ts';
import { isOver, type ReportedProblem } from './run-state.ts';
import { stepIn, useRunView, type RunView } from './run-view.ts';

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

interface FailedWith {
  /** The run on the screen, once it is over. */
  readonly runId: string | undefined;
  readonly key: string | undefined;
  readonly ran: Graph | undefined;
}
const nothing: FailedWith = { runId: undefined, key: undefined, ran: undefined };

/** What a step failed with in the run on the screen. */
function failedWith(
  { run, past, ranGraph }: Pick<RunView, 'run' | 'past' | 'ranGraph'>,
  path: string,
): FailedWith {
  const runId = !past && run !== null && isOver(run) ? run.runId : undefined;
  const ran = ranGraph?.runId === runId ? ranGraph?.graph : undefined;
  return { runId, key: stepIn(run, path)?.failedKey, ran };
}

/**
 * Whether what an error of the run on the screen speaks of is another by now: parameters, edges, files, or what comes before.
 * `node` is the path of the node that it shows at, which may stand for the step that failed.
 */
export function useOutdated(error: ReportedProblem | undefined, node: string): boolean {
  const path = error?.location.path ?? error?.location.node ?? node;
  const isKnown = error !== undefined;
  // Most nodes have none: they are asked one thing with each event of a run.
  const { runId, key, ran } = useRunView(
    useShallow((view) => (isKnown ? failedWith(view, path) : nothing)),
  );
  const keyedAnew = usePlan(
    ({ report, after }) =>
      key !== undefined && report !== null && after === runId && isKeyedAnew(report, { path, key }),
  );
  const redrawn = useDocument(({ graph }) => {
    if (ran === undefined || ran === graph) return false;
    const at = plannedPath(path);
    return !sameJson(drawn(ran, at), drawn(graph, at));
  });
  return runId !== undefined && (keyedAnew || redrawn);
}
