import {
  factsOf,
  noGraphs,
  shapedType,
  usesGraph,
  type Graph,
  type GraphLookup,
  type GraphNode,
  type InterfaceLookup,
  type NodeFacts,
  type NodeLook,
  type NodeType,
} from '@graft/graph';
import { drawnFile, useDocument } from './document-store.ts';
import { loadedNodeTypes, nodeTypes, type NodeTypes } from './registry.ts';
import { toldOf } from './told-looks.ts';
import { useUsedGraphs } from './used-graphs.ts';

type Shown = Pick<GraphNode, 'type' | 'params'>;

let last:
  | {
      readonly graphs: Graph['graphs'];
      readonly files: GraphLookup;
      readonly types: NodeTypes;
      readonly lookup: InterfaceLookup;
    }
  | undefined;

/** How the nodes of the open graph see other graphs; the same function while these stay the same. */
function interfaces(types: NodeTypes): InterfaceLookup {
  const graph = drawnFile(useDocument.getState());
  const files = useUsedGraphs.getState().lookup;
  if (last?.types === types && last.graphs === graph.graphs && last.files === files) {
    return last.lookup;
  }
  const library = new types.GraphLibrary(graph, { registry: types.registry, graphs: files });
  last = { graphs: graph.graphs, files, types, lookup: library.lookup(library.root) };
  return last.lookup;
}

/** The type of a node of the open graph, with the ports and parameters that this node has. Needs the node types. */
export function shapeOf(node: Shown | undefined): NodeType | undefined {
  const definition = node === undefined ? undefined : nodeTypes().get(node.type);
  const types = loadedNodeTypes();
  if (node === undefined || definition === undefined || types === undefined) return undefined;
  return shapedType(definition, node.params, usesGraph(definition) ? interfaces(types) : noGraphs);
}

/** What is seen of a node of the open graph: of its type, or as the server told it while the node types have not come. */
export function lookOf(node: Shown | undefined): NodeLook | undefined {
  if (node === undefined) return undefined;
  return loadedNodeTypes() === undefined ? toldOf(node)?.look : shapeOf(node);
}

/**
 * The parameters that matter, as `params` have them, which may be others than the node's own. Undefined where they are wrong, which the
 * inspector explains, or where nothing is known of them yet.
 */
export function nodeFacts(node: Shown | undefined, params: unknown): NodeFacts | undefined {
  if (node === undefined) return undefined;
  if (loadedNodeTypes() === undefined)
    return params === node.params ? toldOf(node)?.facts : undefined;
  const shape = shapeOf(node);
  return shape === undefined ? undefined : factsOf(shape, params);
}

/** As `shapeOf`, and again when the graphs that are used have come. */
export function useShape(node: GraphNode | undefined): NodeType | undefined {
  useUses();
  return shapeOf(node);
}

/** As `lookOf`, and again when the graphs that are used have come. */
export function useLook(node: GraphNode | undefined): NodeLook | undefined {
  useUses();
  return lookOf(node);
}

function useUses(): void {
  useUsedGraphs((state) => state.lookup);
  useDocument((state) => drawnFile(state).graphs);
}
