import { disconnect, duplicateNodes, formatEdge, keysOf, removeNodes } from '@graft/graph';
import { useDocument, useScreen } from '../../kit/stores.ts';
import { copiedText } from './clipboard.ts';
import { selectedEdges } from './viewport.ts';

/** Deletes what is selected as one edit: nodes, notes, groups, which leave what stands in them, and edges. */
export function deleteSelected(): void {
  const { selection, select } = useScreen.getState();
  const cut = new Set(selectedEdges());
  useDocument.getState().edit((graph) => {
    const edges = graph.edges.filter((edge) => cut.has(formatEdge(edge)));
    return removeNodes(edges.reduce(disconnect, graph), selection);
  });
  select([]);
}

/** Copies what is selected beside itself. */
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

/** Text for the clipboard; undefined when nothing is selected. */
export function copySelected(): string | undefined {
  const { selection } = useScreen.getState();
  return selection.length === 0 ? undefined : copiedText(useDocument.getState().shown, selection);
}
