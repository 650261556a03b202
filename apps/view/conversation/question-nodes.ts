import {
  Answers,
  Hits,
  interfaceName,
  paramFields,
  Prompts,
  Questions,
  type Graph,
  type GraphBody,
  type GraphNode,
  type NodeType,
} from '@graft/graph';
import type { ShownOutput } from './conversation-store.ts';

/** A node that takes typed questions. */
export interface QuestionNode {
  readonly id: string;
  readonly title: string;
  /** Its parameter of typed questions. */
  readonly typed: string;
  /** Its parameters of files, which typed questions replace. */
  readonly files: readonly string[];
}

type ShapeOf = (node: GraphNode) => NodeType | undefined;

/**
 * How to ask a graph that has no named inputs and outputs: the nodes that take typed questions, and the answers that the
 * graph gives. Leaves out questions that only a training learns from.
 */
export function questionNodes(
  graph: Graph,
  shapeOf: ShapeOf,
): { readonly questions: readonly QuestionNode[]; readonly outputs: readonly ShownOutput[] } {
  const questions: QuestionNode[] = [];
  const outputs: ShownOutput[] = [];
  for (const [id, node] of Object.entries(graph.nodes)) {
    const shape = shapeOf(node);
    if (shape === undefined) continue;
    const title = node.title ?? shape.title;
    const fields = paramFields(shape);
    const typed = fields.find(({ control }) => control === 'questions')?.name;
    const files = fields.filter(({ control }) => control === 'files').map(({ name }) => name);
    if (typed !== undefined) questions.push({ id, title, typed, files });
    for (const [port, { type, doc }] of Object.entries(shape.outputs)) {
      if (type.id === Answers.id) outputs.push({ name: title, doc, node: id, port });
    }
  }
  const path = new AnswerPath(graph.graphs ?? {}, shapeOf);
  const answered = questions.filter(({ id }) => path.leadsToAnswers(graph, id));
  return { questions: answered.length > 0 ? answered : questions, outputs };
}

/** What a question becomes on its way to its answer. */
const onTheWay: ReadonlySet<string> = new Set([Questions.id, Hits.id, Prompts.id, Answers.id]);

/** Follows questions from node to node, also through subgraphs of the file. */
class AnswerPath {
  readonly #graphs: Readonly<Record<string, GraphBody>>;
  readonly #shapeOf: ShapeOf;

  constructor(graphs: Readonly<Record<string, GraphBody>>, shapeOf: ShapeOf) {
    this.#graphs = graphs;
    this.#shapeOf = shapeOf;
  }

  /** Whether a question that leaves a node arrives as an answer of the body. */
  leadsToAnswers(body: GraphBody, id: string): boolean {
    return this.#reached(body, id).some(([at, port]) => {
      const node = body.nodes[at];
      return node !== undefined && this.#shapeOf(node)?.outputs[port]?.type.id === Answers.id;
    });
  }

  /** The outputs that it reaches, as node and port, its own among them. */
  #reached(body: GraphBody, from: string, within: readonly string[] = []): [string, string][] {
    const reached: [string, string][] = [];
    const seen = new Set<string>();
    const leave = (id: string, ports: readonly string[]): void => {
      for (const port of ports) {
        if (seen.has(`${id}.${port}`)) continue;
        seen.add(`${id}.${port}`);
        reached.push([id, port]);
        for (const edge of body.edges)
          if (edge.source === id && edge.sourcePort === port)
            leave(edge.target, this.#through(body, edge, within));
      }
    };
    leave(from, this.#ports(body.nodes[from]));
    return reached;
  }

  /** The outputs of a node that depend on what comes to a port of it. */
  #through(
    { nodes }: GraphBody,
    { target, targetPort }: GraphBody['edges'][number],
    within: readonly string[],
  ): readonly string[] {
    const node = nodes[target];
    const own = this.#ports(node);
    const use = node?.type === 'graph' ? node.params['use'] : undefined;
    const name = typeof use === 'string' && use.startsWith('#') ? use.slice(1) : '';
    const inner = Object.hasOwn(this.#graphs, name) ? this.#graphs[name] : undefined;
    if (inner === undefined || within.includes(name)) return own;
    const entry = Object.entries(inner.nodes).find(
      ([id, { type, params }]) => type === 'input' && interfaceName(id, params) === targetPort,
    );
    if (entry === undefined) return [];
    const reached = new Set(this.#reached(inner, entry[0], [...within, name]).map(String));
    const ends = inner.edges.flatMap(({ source, sourcePort, target: id }) => {
      const end = inner.nodes[id];
      const isReached = end?.type === 'output' && reached.has(String([source, sourcePort]));
      return isReached ? interfaceName(id, end.params) : [];
    });
    return own.filter((port) => ends.includes(port));
  }

  #ports(node: GraphNode | undefined): readonly string[] {
    const outputs = node === undefined ? {} : (this.#shapeOf(node)?.outputs ?? {});
    return Object.entries(outputs).flatMap(([port, { type }]) =>
      onTheWay.has(type.id) ? port : [],
    );
  }
}
