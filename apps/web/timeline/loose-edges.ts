import { useDocument } from '../state/document-store.ts';

/** Removes edges that name a node which is not there: nothing on the canvas stands for them. One undoable edit. */
export function removeLooseEdges(): void {
  useDocument.getState().edit((graph) => {
    const edges = graph.edges.filter(
      ({ source, target }) =>
        Object.hasOwn(graph.nodes, source) && Object.hasOwn(graph.nodes, target),
    );
    return edges.length === graph.edges.length ? graph : { ...graph, edges };
  });
}
