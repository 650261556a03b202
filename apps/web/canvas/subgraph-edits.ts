import { inlineSubgraph, makeSubgraph, type ComposeContext } from '@graft/graph';
import { useDocument } from '../state/document-store.ts';
import { report } from '../state/file-actions.ts';
import { nodeTypes } from '../state/registry.ts';
import { useScreen } from '../state/screen-store.ts';
import { useUsedGraphs } from '../state/used-graphs.ts';

function context(): ComposeContext {
  const { file } = useDocument.getState();
  return {
    registry: nodeTypes(),
    graphs: useUsedGraphs.getState().lookup,
    ...(file === null ? {} : { file: file.path }),
  };
}

/** Puts the selected nodes into a subgraph of the file: one step of the history. */
export function makeSubgraphOfSelection(): void {
  const { graph, edit } = useDocument.getState();
  const { selection, select } = useScreen.getState();
  try {
    const made = makeSubgraph(graph, { nodes: selection }, context());
    edit(() => made.graph);
    select([made.node]);
  } catch (error) {
    report(error);
  }
}

/** Puts the nodes of the graph that a node uses in its place: one step of the history. */
export function inlineSelected(): void {
  const { graph, edit } = useDocument.getState();
  const { selection, select } = useScreen.getState();
  const [node] = selection;
  if (node === undefined) return;
  try {
    const inlined = inlineSubgraph(graph, { node }, context());
    edit(() => inlined.graph);
    select(inlined.nodes);
  } catch (error) {
    report(error);
  }
}
