import {
  GraphLibrary,
  noGraphs,
  shapedType,
  usesGraph,
  type Graph,
  type GraphLookup,
  type GraphNode,
  type InterfaceLookup,
  type NodeType,
  type Registry,
} from '@graft/graph';
import { useDocument } from './document-store.ts';
import { nodeTypes } from './registry.ts';
import { useUsedGraphs } from './used-graphs.ts';

let last:
  | {
      readonly graphs: Graph['graphs'];
      readonly files: GraphLookup;
      readonly registry: Registry;
      readonly lookup: InterfaceLookup;
    }
  | undefined;

/** How the nodes of the open graph see other graphs; the same function while these stay the same. */
function interfaces(): InterfaceLookup {
  const { graph } = useDocument.getState();
  const files = useUsedGraphs.getState().lookup;
  const registry = nodeTypes();
  if (
    last !== undefined &&
    last.graphs === graph.graphs &&
    last.files === files &&
    last.registry === registry
  ) {
    return last.lookup;
  }
  const library = new GraphLibrary(graph, { registry, graphs: files });
  last = { graphs: graph.graphs, files, registry, lookup: library.lookup(library.root) };
  return last.lookup;
}

/** The type of a node of the open graph, with the ports and parameters that this node has. */
export function shapeOf(
  node: Pick<GraphNode, 'type' | 'params'> | undefined,
): NodeType | undefined {
  const definition = node === undefined ? undefined : nodeTypes().get(node.type);
  if (node === undefined || definition === undefined) return undefined;
  return shapedType(definition, node.params, usesGraph(definition) ? interfaces() : noGraphs);
}

/** As `shapeOf`, and again when the graphs that are used have come. */
export function useShape(node: GraphNode | undefined): NodeType | undefined {
  useUsedGraphs((state) => state.lookup);
  useDocument((state) => state.graph.graphs);
  return shapeOf(node);
}
