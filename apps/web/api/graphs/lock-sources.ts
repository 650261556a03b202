import {
  keepReference,
  parseGraph,
  serializeGraph,
  takeReference,
  type Graph,
  type ReferenceContext,
} from '@graft/graph';
import { api } from '../client.ts';
import { documentStore, usedGraphs, Latest, madeOfShown, whileOpen } from '@graft/view';
import { report } from './graph-file.ts';
import { readUsedGraphs } from './used-graphs.ts';

const locks = new Latest();

/** Locks the open graph to what its sources hold now, models and graphs too. An edit: it can be undone, and is saved with the rest. */
export async function takeSources(): Promise<void> {
  const { file } = documentStore.getState();
  if (file === null) return;
  try {
    const lock = await madeOfShown(locks, ({ graph }) =>
      api.graphs.lock.mutate({ path: file.path, text: serializeGraph(graph) }),
    );
    if (lock !== undefined) documentStore.getState().editFile((current) => ({ ...current, lock }));
  } catch (error) {
    report(error);
  }
}

/** Locks the open graph to a graph file that it uses, as that is now. One edit. */
export async function takeGraph(path: string): Promise<void> {
  await editReferences((graph, context) => takeReference(graph, path, context));
}

/** Copies a graph file that the open graph uses into it, as it was locked to. One edit. */
export async function keepGraph(path: string, locked: string): Promise<void> {
  const isOpen = whileOpen();
  try {
    const kept = parseGraph(await api.graphs.kept.query({ digest: locked }), path);
    if (isOpen())
      await editReferences((graph, context) => keepReference(graph, { path, kept }, context));
  } catch (error) {
    report(error);
  }
}

async function editReferences(
  change: (graph: Graph, context: ReferenceContext) => Graph,
): Promise<void> {
  const { file, graph, editFile } = documentStore.getState();
  if (file === null) return;
  const isOpen = whileOpen();
  try {
    await readUsedGraphs(graph);
    if (!isOpen()) return;
    const context = { graphs: usedGraphs.getState().lookup, file: file.path };
    editFile((current) => change(current, context));
  } catch (error) {
    report(error);
  }
}
