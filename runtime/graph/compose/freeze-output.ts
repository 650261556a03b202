import { GraphError } from '../base/errors.ts';
import { own } from '../base/record.ts';
import { bendsOf, carriedBends } from '../format/bends.ts';
import { formatEdge, sortEdges } from '../format/edge.ts';
import type { Graph } from '../format/graph.ts';
import type { GraphNode } from '../format/graph-body.ts';
import { noGraphs } from '../types/graph-interface.ts';
import type { NodeType, Registry } from '../types/node-type.ts';
import { rowTypeOf } from '../types/port-type-list.ts';
import { shapedType } from '../types/shaped-type.ts';
import { reorderEdgeLists } from './edge-lists.ts';
import { freeId } from '../base/names.ts';

/** The node type that reads frozen rows. */
export const rowsReader = 'load-rows';

/** Whether a path below the workspace is that of a file of frozen rows. Graft edits only such files. */
export function isFrozenFile(path: string): boolean {
  return /^frozen\/.+\.jsonl$/.test(path);
}

/** The file of frozen rows that a node reads; undefined for other nodes and other files. */
export function frozenFileOf(node: GraphNode | undefined): string | undefined {
  if (node?.type !== rowsReader) return undefined;
  const { file } = node.params;
  return typeof file === 'string' && isFrozenFile(file) ? file : undefined;
}

/** Rows written to a file, and the node type that reads them. */
export interface FrozenRows {
  readonly registry: Registry;
  readonly reader: NodeType;
  /** Path below the workspace. */
  readonly file: string;
  /** Id and version of their port type. */
  readonly type: string;
  readonly version: number;
}

/** A file of frozen rows, as the parameters of the node that reads it name it. */
export interface ReadRows {
  /** Path below the workspace. */
  readonly file: string;
  /** Id of the rows' port type, and the version in which they were written; 0: the newest. */
  readonly type: string;
  readonly written: number;
}

/** The frozen rows that a node reads; undefined for other nodes and other files. */
export function readRowsOf(node: GraphNode | undefined): ReadRows | undefined {
  const file = frozenFileOf(node);
  if (node === undefined || file === undefined) return undefined;
  const { written } = node.params;
  const version = typeof written === 'number' && Number.isInteger(written) ? written : 0;
  return { file, type: rowTypeOf(node.params).id, written: Math.max(0, version) };
}

/** The output of the reader. */
const rowsPort = 'rows';

/**
 * Replaces a node by one that reads the rows of its output from a file, under the same id. If other outputs of the node
 * are in use, it stays and the reader stands beside it. Per-edge lists follow their edges.
 */
export function freezeOutput(
  graph: Graph,
  { node: id, port }: { readonly node: string; readonly port: string },
  { registry, reader, file, type, version }: FrozenRows,
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
    title: `${titleOf(node, registry) ?? id} (frozen)`,
    params: { file, type, written: version },
  };
  const at = own(graph.layout, id);
  const moved = graph.edges
    .filter(({ target }) => !alone || target !== id)
    .map((edge) => ({
      was: formatEdge(edge),
      edge:
        edge.source === id && edge.sourcePort === port
          ? { ...edge, source: frozenId, sourcePort: rowsPort }
          : edge,
    }));
  const { nodes, edges } = reorderEdgeLists(
    {
      ...graph,
      nodes: { ...graph.nodes, [frozenId]: frozen },
      edges: sortEdges(moved.map(({ edge }) => edge)),
    },
    moved,
    // Parameters of a node that uses a graph never follow edges.
    { registry, graphs: noGraphs },
  );
  return {
    id: frozenId,
    graph: {
      ...graph,
      ...{ nodes, edges, ...bendsOf({ edges, bends: carriedBends(graph, moved) }) },
      layout:
        at === undefined || alone
          ? graph.layout
          : { ...graph.layout, [frozenId]: { x: at.x, y: at.y + 180 } },
    },
  };
}

/** Keeps the node's title, so that people recognize its rows. */
function titleOf({ title, type, params }: GraphNode, registry: Registry): string | undefined {
  const definition = registry.get(type);
  const shown =
    title ?? (definition === undefined ? undefined : shapedType(definition, params).title);
  return shown?.replace(/ \(frozen\)$/, '');
}
