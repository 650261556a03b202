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

/** How nodes of the open graph see other graphs. The function stays the same while those graphs do. */
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

/** The type of a node of the open graph, with the ports and parameters of this very node. */
export function shapeOf(node: Shown | undefined): NodeType | undefined {
  const registry = nodeTypes();
  const definition = node === undefined ? undefined : registry.get(node.type);
  if (node === undefined || definition === undefined) return undefined;
  const graphs = usesGraph(definition) ? interfaces(registry) : noGraphs;
  return shapedType(definition, node.params, graphs);
}

/** The relevant parameters. Undefined if they are invalid, which the inspector explains. */
export function nodeFacts(node: Shown | undefined, params: unknown): NodeFacts | undefined {
  const shape = shapeOf(node);
  return shape === undefined ? undefined : factsOf(shape, params);
}

/**
 * The node type whose preview draws an output: the node's own. If its ports depend on parameters, the type that always
 * outputs such rows.
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
