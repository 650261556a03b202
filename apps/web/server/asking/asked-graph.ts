import {
  Answers,
  GraphLibrary,
  migrateGraph,
  noLock,
  paramFields,
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
import type { ShownOutput } from '@graft/view';

/** A graph as something to ask, and what an ask may give it. */
export interface AskedGraph {
  readonly graph: Graph;
  readonly registry: Registry;
  /** Names of its inputs. */
  readonly inputs: ReadonlySet<string>;
  /** Nodes that take typed questions, where the graph has no named inputs and outputs. */
  readonly questions: ReadonlyMap<string, QuestionParams>;
  readonly outputs: readonly ShownOutput[];
  /** What a run computes. */
  readonly wanted: { readonly outputs: string[] } | { readonly only: string[] };
}

/** Parameters of a node that takes questions. */
interface QuestionParams {
  readonly typed: string;
  /** Files that typed questions replace. */
  readonly files: readonly string[];
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
  const questions = new Map<string, QuestionParams>();
  const outputs: ShownOutput[] = [];
  for (const [id, node] of Object.entries(graph.nodes)) {
    const definition = registry.get(node.type);
    if (definition === undefined) continue;
    const shape = shapedType(definition, node.params, library.lookup(library.root));
    const fields = paramFields(shape);
    const typed = fields.find(({ control }) => control === 'questions')?.name;
    const files = fields.filter(({ control }) => control === 'files').map(({ name }) => name);
    if (typed !== undefined) questions.set(id, { typed, files });
    for (const [port, { type, doc }] of Object.entries(shape.outputs))
      if (type.id === Answers.id)
        outputs.push({ name: node.title ?? shape.title, doc, node: id, port });
  }
  const only = outputs.map(({ node }) => node);
  return { ...whole, inputs: new Set(), questions, outputs, wanted: { only } };
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
