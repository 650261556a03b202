import { GraphError } from '../base/errors.ts';
import { own } from '../base/record.ts';
import { sortEdges } from '../format/edge.ts';
import type { Graph, GraphNode } from '../format/graph.ts';
import type { NodeType } from '../types/node-type.ts';
import { freeId } from './free-id.ts';

/** Rows that were written to a file, and the node type that reads them. */
export interface FrozenRows {
  readonly reader: NodeType;
  /** Below the workspace. */
  readonly file: string;
  /** Id and version of their port type. */
  readonly type: string;
  readonly version: number;
}

/** The output of the reader. */
const rowsPort = 'rows';

/**
 * Puts a node that reads an output's rows from a file in the place of the node that gave them: under its id, so that lists
 * that go by edge stay as they are. Where other outputs of it are used it stays, and the reader stands beside it.
 */
export function freezeOutput(
  graph: Graph,
  { node: id, port }: { readonly node: string; readonly port: string },
  { reader, file, type, version }: FrozenRows,
): { readonly graph: Graph; readonly id: string } {
  const node = own(graph.nodes, id);
  if (node === undefined) {
    throw new GraphError('unknown-node', `There is no node "${id}" in the graph.`, {
      location: { node: id },
    });
  }
  const alone = graph.edges.every(({ source, sourcePort }) => source !== id || sourcePort === port);
  const frozenId = alone
    ? id
    : freeId(`${id}-${port}`, (taken) => Object.hasOwn(graph.nodes, taken));
  const frozen: GraphNode = {
    type: reader.type,
    version: reader.version,
    title: `${node.title ?? id} (frozen)`,
    params: { file, type, written: version },
  };
  const at = own(graph.layout, id);
  const edges = graph.edges
    .filter(({ target }) => !alone || target !== id)
    .map((edge) =>
      edge.source === id && edge.sourcePort === port
        ? { ...edge, source: frozenId, sourcePort: rowsPort }
        : edge,
    );
  return {
    id: frozenId,
    graph: {
      ...graph,
      nodes: { ...graph.nodes, [frozenId]: frozen },
      edges: sortEdges(edges),
      layout:
        at === undefined || alone
          ? graph.layout
          : { ...graph.layout, [frozenId]: { x: at.x, y: at.y + 180 } },
    },
  };
}
