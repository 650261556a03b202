import { parseGraph, type Graph } from '@graft/graph';
import { api } from '../api/client.ts';
import { withPlaces } from '../canvas/places.ts';
import { useDocument } from './document-store.ts';
import { loadNodeTypes } from './registry.ts';
import { useRunView } from './run-view.ts';

interface RanGraph {
  readonly graph: Graph;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
}

/** The graph of a run of the open file, as nodes are written today; null where it is not kept. */
export async function ranGraph(runId: string, path: string): Promise<RanGraph | null> {
  const ran = await api.runs.graph.query({ runId });
  // An address may name a run of another file.
  if (ran === null || ran.file !== path) return null;
  const { migrateGraph, registry } = await loadNodeTypes();
  const graph = await withPlaces(migrateGraph(parseGraph(ran.text, path), registry));
  return { graph, startedAt: ran.startedAt };
}

/** Draws the graph of the run of before that is on the screen, where that is kept; whoever puts it away goes back to now. */
export async function lookAtRan(runId: string): Promise<void> {
  const { file } = useDocument.getState();
  if (file === null) return;
  const isStill = (): boolean => {
    const { run, past } = useRunView.getState();
    return past && run?.runId === runId && useDocument.getState().file?.path === file.path;
  };
  const ran = await ranGraph(runId, file.path).catch((error: unknown) => {
    // What is drawn may be the graph of another run.
    if (isStill()) useDocument.getState().look(null);
    throw error;
  });
  if (!isStill()) return;
  useDocument.getState().look(ran?.graph ?? null);
  if (ran === null) return;
  const stop = useDocument.subscribe(({ past }) => {
    if (past !== null) return;
    stop();
    const { newest, follow } = useRunView.getState();
    if (isStill()) follow(newest);
  });
}
