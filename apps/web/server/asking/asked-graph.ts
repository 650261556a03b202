import {
  GraphLibrary,
  migrateGraph,
  noLock,
  serializeGraph,
  shapedType,
  titleNote,
  type Graph,
  type GraphBody,
  type GraphLookup,
  type GraphNode,
  type NodeType,
  type Registry,
} from '@graft/graph';
import { questionNodes, type QuestionNode, type ShownOutput } from '@graft/view';

/** A graph as something to ask, and what an ask may give it. */
export interface AskedGraph {
  readonly graph: Graph;
  readonly registry: Registry;
  /** Names of its inputs. */
  readonly inputs: ReadonlySet<string>;
  /** Nodes that take typed questions, where the graph has no named inputs and outputs. */
  readonly questions: ReadonlyMap<string, QuestionNode>;
  readonly outputs: readonly ShownOutput[];
  /** What a run computes. */
  readonly wanted: { readonly outputs: string[] } | { readonly only: string[] };
}

interface Context {
  readonly file: string;
  readonly registry: Registry;
  readonly graphs: GraphLookup;
}

/** Reads what a graph takes and gives, as the page does: see `functionOf`. */
export function askedGraph(graph: Graph, { file, registry, graphs }: Context): AskedGraph {
  const library = new GraphLibrary(graph, { file, registry, graphs });
  const found = library.interfaceOf(library.root);
  const whole = { graph, registry };
  if (found !== undefined && found.inputs.size + found.outputs.size > 0) {
    const outputs = [...found.outputs.values()];
    return {
      ...whole,
      inputs: new Set(found.inputs.keys()),
      questions: new Map(),
      outputs: outputs.map(({ name, doc, node }) => ({ name, doc, node, port: 'value' })),
      wanted: { outputs: outputs.map(({ name }) => name) },
    };
  }
  const lookup = library.lookup(library.root);
  const { questions, outputs } = questionNodes(graph, ({ type, params }) => {
    const definition = registry.get(type);
    return definition === undefined ? undefined : shapedType(definition, params, lookup);
  });
  const only = outputs.map(({ node }) => node);
  const asked = new Map(questions.map((node) => [node.id, node]));
  return { ...whole, inputs: new Set(), questions: asked, outputs, wanted: { only } };
}

/**
 * The text of a graph for askers: nodes, edges and what its form needs. It leaves out parameters, notes, experiments and
 * locks, which hold prompts, paths and addresses.
 */
export function textForAskers(graph: Graph, registry: Registry): string {
  const { graphs, notes: _notes, ...whole } = migrateGraph(graph, registry);
  const title = titleNote(graph);
  const open = openBody(whole, registry);
  const inner = Object.entries(graphs ?? {}).map(([id, body]) => [id, openBody(body, registry)]);
  return serializeGraph({
    ...open,
    ...(title === undefined ? {} : { notes: { title } }),
    ...(graphs === undefined ? {} : { graphs: Object.fromEntries(inner) }),
    lock: noLock,
  });
}

function openBody({ nodes, edges, layout }: GraphBody, registry: Registry): GraphBody {
  const open = Object.entries(nodes).map(([id, node]) => [id, openNode(node, registry)]);
  return { nodes: Object.fromEntries(open), edges, layout };
}

function openNode(node: GraphNode, registry: Registry): GraphNode {
  const { type, version, title, bypass } = node;
  return {
    ...{ type, version, params: openParams(node, registry.get(type)) },
    ...(title === undefined ? {} : { title }),
    ...(bypass === undefined ? {} : { bypass }),
  };
}

/** Only what names and types the inputs and outputs of a graph. */
function openParams({ params }: GraphNode, definition: NodeType | undefined): GraphNode['params'] {
  switch (definition?.structure) {
    case 'input':
    case 'output':
      return params;
    case 'graph':
    case 'repeat': {
      const { use = '' } = params;
      return { use };
    }
    case undefined:
      return {};
  }
}
