import type { Graph } from '@graft/graph';
import { api } from '../client.ts';
import { documentStore, runView, screenStore } from '@graft/view';
import { readGraph } from '../graphs/graph-file.ts';
import { addressOfPlace } from '../graphs/place-in-address.ts';

interface Ran {
  /** Undefined where it is not kept. */
  readonly graph: Graph | undefined;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
}

/** Graphs that were asked since the page was loaded, by run, as saved: without the question. */
export const askedGraphs = new Map<string, Graph>();

/** A run of the open file with its graph, as nodes are written today; undefined where the file has no such run. */
export async function ranGraph(runId: string, path: string): Promise<Ran | undefined> {
  const ran = await api.runs.graph.query({ runId });
  // An address may name a run of another file.
  if (ran?.file !== path) return undefined;
  const { startedAt, text } = ran;
  if (text === undefined) return { graph: undefined, startedAt };
  return { graph: readGraph(text, path), startedAt };
}

/**
 * Draws the graph of the run of before that is on the screen, where that is kept; whoever puts it away goes back to now, as
 * does who asks for a run that the file does not have.
 */
export async function drawRanGraph(runId: string): Promise<void> {
  const { file } = documentStore.getState();
  if (file === null) return;
  const isStill = (): boolean => {
    const { run, past } = runView.getState();
    return past && run?.runId === runId && documentStore.getState().file?.path === file.path;
  };
  const ran = await ranGraph(runId, file.path).catch((error: unknown) => {
    // What is drawn may be the graph of another run.
    if (isStill()) documentStore.getState().look(null);
    throw error;
  });
  if (!isStill()) return;
  const goBack = (): void => {
    const { newest, follow } = runView.getState();
    if (isStill()) follow(newest);
  };
  documentStore.getState().look(ran?.graph ?? null);
  if (ran === undefined) {
    // It would wait for what that run tells without end, or show what another file gave.
    goBack();
    history.replaceState(null, '', addressOfPlace());
    const message = 'This run is no longer in the history of this file.';
    screenStore.getState().notify({ tone: 'info', message, about: file.path });
  }
  if (ran?.graph === undefined) return;
  const stop = documentStore.subscribe(({ past }) => {
    if (past !== null) return;
    stop();
    goBack();
  });
}
