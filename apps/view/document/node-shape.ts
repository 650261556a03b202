import {
  factsOf,
  GraphLibrary,
  noGraphs,
  shapedType,
  usesGraph,
  type Graph,
  type GraphLookup,
  type GraphNode,
  type InterfaceLookup,
  type NodeFacts,
  type NodeType,
  type Registry,
} from '@graft/graph';
import { drawnFile, documentStore } from './document-store.ts';
import { nodeTypes, usedGraphs } from './lookups.ts';

type Shown = Pick<GraphNode, 'type' | 'params'>;

let last:
  | {
      readonly graphs: Graph['graphs'];
      readonly files: GraphLookup;
      readonly registry: Registry;
      readonly lookup: InterfaceLookup;
    }
  | undefined;

/** How the nodes of the open graph see other graphs; the same function while these stay the same. */
function interfaces(registry: Registry): InterfaceLookup {
  const graph = drawnFile(documentStore.getState());
  const files = usedGraphs.getState().lookup;
  if (last?.registry === registry && last.graphs === graph.graphs && last.files === files) {
    return last.lookup;
  }
  const library = new GraphLibrary(graph, { registry, graphs: files });
  last = { graphs: graph.graphs, files, registry, lookup: library.lookup(library.root) };
  return last.lookup;
}

/** The type of a node of the open graph, with the ports and parameters that this node has. */
export function shapeOf(node: Shown | undefined): NodeType | undefined {
  const registry = nodeTypes();
  const definition = node === undefined ? undefined : registry.get(node.type);
  if (node === undefined || definition === undefined) return undefined;
  const graphs = usesGraph(definition) ? interfaces(registry) : noGraphs;
  return shapedType(definition, node.params, graphs);
}

/** The parameters that matter, as `params` have them. Undefined where they are wrong, which the inspector explains. */
export function nodeFacts(node: Shown | undefined, params: unknown): NodeFacts | undefined {
  const shape = shapeOf(node);
  return shape === undefined ? undefined : factsOf(shape, params);
}

/**
 * The node type in whose view an output is drawn: its node's own, or, where the node gives what its parameters say, one that
 * gives such rows whatever its parameters.
 */
export function previewType(
  registry: Registry,
  type: string,
  mediaType: string | undefined,
): string {
  if (registry.get(type)?.ports === undefined) return type;
  for (const { type: other, ports, outputs } of registry.values()) {
    const given = Object.values(outputs).map((output) => output.type.mediaType);
    if (ports === undefined && given.includes(mediaType ?? '')) return other;
  }
  return type;
}
