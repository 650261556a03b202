import type { Graph } from '../format/graph.ts';
import type { GraphNode, NodeLayout } from '../format/graph-body.ts';
import type { NodeType } from '../types/node-type.ts';
import { paramFields } from '../params/param-fields.ts';
import { freeId } from '../base/free-id.ts';
import { moveNodes } from './graph-edit.ts';

/** Adds a node with its defaults written out, under a readable id: `embed`, then `embed-2`. */
export function addNode(
  graph: Graph,
  definition: NodeType,
  position: NodeLayout,
): { readonly graph: Graph; readonly id: string } {
  const id = freeId(definition.type, (candidate) => Object.hasOwn(graph.nodes, candidate));
  const params = Object.fromEntries(
    paramFields(definition).map((field) => [field.name, field.default] as const),
  );
  const node: GraphNode = { type: definition.type, version: definition.version, params };
  const added = { ...graph, nodes: { ...graph.nodes, [id]: node } };
  return { id, graph: moveNodes(added, { [id]: position }) };
}
