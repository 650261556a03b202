import {
  keepReference,
  parseGraph,
  serializeGraph,
  takeReference,
  type Graph,
  type ReferenceContext,
} from '@graft/graph';
import { api } from '../api/client.ts';
import { useDocument } from './document-store.ts';
import { report } from './file-actions.ts';
import { useUsedGraphs } from './used-graphs.ts';

/** Locks the open graph to what its sources hold now, models and graphs too. An edit: it can be undone, and is saved with the rest. */
export async function takeSources(): Promise<void> {
  const { file, graph } = useDocument.getState();
  if (file === null) return;
  try {
    const lock = await api.graphs.lock.mutate({ path: file.path, text: serializeGraph(graph) });
    if (useDocument.getState().file?.path !== file.path) return;
    useDocument.getState().editFile((current) => ({ ...current, lock }));
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
  try {
    const kept = parseGraph(await api.graphs.kept.query({ digest: locked }), path);
    await editReferences((graph, context) => keepReference(graph, { path, kept }, context));
  } catch (error) {
    report(error);
  }
}

async function editReferences(
  change: (graph: Graph, context: ReferenceContext) => Graph,
): Promise<void> {
  const { file, graph, editFile } = useDocument.getState();
  if (file === null) return;
  try {
    await useUsedGraphs.getState().read(graph);
    if (useDocument.getState().file?.path !== file.path) return;
    const context = { graphs: useUsedGraphs.getState().lookup, file: file.path };
    editFile((current) => change(current, context));
  } catch (error) {
    report(error);
  }
}
