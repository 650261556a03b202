import {
  duplicateNodes,
  formatEdge,
  keysOf,
  noLock,
  pickAnnotations,
  serializeGraph,
  subgraphsOf,
  type Graph,
} from '@graft/graph';
import { deleteKeys } from '@graft/view';
import { useDocument, useScreen } from '../../kit/stores.ts';
import { selectedEdges } from './viewport.ts';

/** Deletes the selected nodes, notes, groups (not what they hold) and edges in one edit. Chains are healed. */
export function deleteSelected(): void {
  const { selection, select } = useScreen.getState();
  const cut = new Set(selectedEdges());
  const { edges } = useDocument.getState().shown;
  deleteKeys(
    selection,
    edges.filter((edge) => cut.has(formatEdge(edge))),
  );
  select([]);
}

/** Duplicates the selection beside itself. */
export function duplicateSelection(): void {
  const { selection, select } = useScreen.getState();
  if (selection.length === 0) return;
  const copied = duplicateNodes(useDocument.getState().shown, selection);
  useDocument.getState().edit(() => copied.graph);
  select(copied.keys);
}

export function selectAll(): void {
  useScreen.getState().select(keysOf(useDocument.getState().shown));
}

/** Text for the clipboard; undefined without a selection. */
export function copySelected(): string | undefined {
  const { selection } = useScreen.getState();
  return selection.length === 0 ? undefined : copiedText(useDocument.getState().shown, selection);
}

/**
 * Nodes, notes and groups by key, with the edges among them and the subgraphs they use, as the text of a graph file,
 * which can also be pasted into an editor.
 */
export function copiedText(graph: Graph, keys: readonly string[]): string {
  const chosen = new Set(keys);
  const pick = <V>(record: Readonly<Record<string, V>>): Record<string, V> =>
    Object.fromEntries(Object.entries(record).filter(([id]) => chosen.has(id)));
  const nodes = pick(graph.nodes);
  const graphs = subgraphsOf(graph, nodes);
  const edges = graph.edges.filter(
    ({ source, target }) => chosen.has(source) && chosen.has(target),
  );
  return serializeGraph({
    ...{ nodes, edges },
    ...(graph.bends === undefined ? {} : { bends: graph.bends }),
    ...(Object.keys(graphs).length === 0 ? {} : { graphs }),
    ...pickAnnotations(graph, (key) => chosen.has(key)),
    lock: noLock,
    layout: pick(graph.layout),
  });
}
