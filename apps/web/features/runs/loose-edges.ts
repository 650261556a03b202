import { bodyOf, withBody, type BodyId, type Graph } from '@graft/graph';
import { useDocument } from '../../kit/stores.ts';

function withoutLoose(graph: Graph, at: BodyId): Graph {
  const body = bodyOf(graph, at);
  const edges = body.edges.filter(
    ({ source, target }) => Object.hasOwn(body.nodes, source) && Object.hasOwn(body.nodes, target),
  );
  return edges.length === body.edges.length ? graph : withBody(graph, at, { ...body, edges });
}

/** Removes edges that name a node which is not there: nothing on the canvas stands for them. One undoable edit. */
export function removeLooseEdges(): void {
  useDocument
    .getState()
    .editFile((graph) =>
      [undefined, ...Object.keys(graph.graphs ?? {})].reduce(withoutLoose, graph),
    );
}
