import { sortEdges, type Feed } from '../format/edge.ts';
import type { Graph } from '../format/graph.ts';
import type { GraphBody, GraphNode } from '../format/graph-body.ts';
import { bodyInterface, typeIn } from '../plan/body-interface.ts';
import { GraphLibrary } from '../plan/graph-library.ts';
import type { PortType } from '../rows/port-type.ts';
import { loopType, roundParam, structureOf } from '../types/structure-names.ts';
import { bodyOf, freeName, withBody, type BodyId } from './graph-bodies.ts';
import { makeSubgraph, type ComposeContext } from './make-subgraph.ts';
import { renamePort } from './rename-port.ts';

/** Nodes of a body that become the body of a loop. */
export interface LoopSelection {
  readonly at?: BodyId;
  /** Canvas keys. */
  readonly nodes: Iterable<string>;
}

/** An output of the selection that can feed one of its inputs in the next round, since both have one type. */
export interface LoopState {
  /** Names of the ports that the subgraph of the selection would have. */
  readonly input: string;
  readonly output: string;
  readonly type: PortType;
  /** What feeds the input in the first round: a port outside of the selection. */
  readonly first: Feed;
  /** What feeds it in the rounds after: a port of a selected node. */
  readonly next: Feed;
}

/** What a selection offers for a loop, in the order of its ports. */
export interface LoopProposal {
  readonly states: readonly LoopState[];
  /** Outputs with rows, which can be collected over all rounds. */
  readonly rows: readonly { readonly output: string; readonly from: Feed }[];
  /** Parameters that can get the number of the round: the seeds, since equal inputs give equal answers. */
  readonly seeds: readonly { readonly node: string; readonly param: string }[];
}

/** How the selection is to be repeated. */
export interface LoopChoice {
  /** Name of the subgraph; a number is added if it is taken. */
  readonly name: string;
  /** Of the node, where it is not the name. */
  readonly title?: string;
  /** At most one for each input and for each output. */
  readonly states: readonly Pick<LoopState, 'input' | 'output'>[];
  /** The input of the state that ends the loop when it has no rows. */
  readonly while?: string;
  /** The most rounds. */
  readonly limit: number;
  /** Outputs, by the names of the proposal. */
  readonly collect: readonly string[];
  readonly round?: { readonly node: string; readonly param: string };
}

/** What of a selection could go round. Throws as `makeSubgraph` does. */
export function proposeLoop(
  graph: Graph,
  selection: LoopSelection,
  context: ComposeContext,
): LoopProposal {
  const made = makeSubgraph(graph, selection, context);
  const { inputs, outputs, body } = portsOf(made.graph, made.subgraph, context);
  const outer = bodyOf(made.graph, selection.at).edges;
  const feedOf = (id: string): Feed | undefined => {
    const edge = sortEdges(body.edges).find(({ target }) => target === id);
    return edge === undefined ? undefined : { node: edge.source, port: edge.sourcePort };
  };
  const given = [...outputs.values()].flatMap(({ name, type, node }) => {
    const from = feedOf(node);
    return from === undefined ? [] : [{ output: name, type, from }];
  });
  const states = [...inputs.values()].flatMap(({ name: input, type }) => {
    const edge = outer.find(
      ({ target, targetPort }) => target === made.node && targetPort === input,
    );
    if (edge === undefined) return [];
    const first = { node: edge.source, port: edge.sourcePort };
    return given
      .filter((output) => output.type.id === type.id)
      .map(({ output, from }) => ({ input, output, type, first, next: from }));
  });
  const lists = lookupOf(made.graph, made.subgraph, context);
  const seeds = Object.keys(body.nodes).flatMap((node) =>
    Object.hasOwn(typeIn(body, node, lists)?.params.shape ?? {}, 'seed')
      ? [{ node, param: 'seed' }]
      : [],
  );
  return {
    states,
    rows: given
      .filter(({ type }) => type.encoding === 'jsonl')
      .map(({ output, from }) => ({ output, from })),
    seeds,
  };
}

/**
 * Moves nodes of a body into a subgraph and puts a loop over it in their place. The outputs that go round get the names of the
 * inputs that they feed. Throws as `makeSubgraph` and `renamePort` do.
 */
export function makeLoop(
  graph: Graph,
  { choice, ...selection }: LoopSelection & { readonly choice: LoopChoice },
  context: ComposeContext,
): { readonly graph: Graph; readonly node: string; readonly subgraph: string } {
  const { name, title } = choice;
  const named = title === undefined ? { name } : { name, title };
  const made = makeSubgraph(graph, { ...selection, ...named }, context);
  const { node, subgraph: at } = made;
  const inputOf = new Map(choice.states.map(({ input, output }) => [output, input]));
  const { inputs, outputs } = portsOf(made.graph, at, context);
  const names = new Map([...outputs.values()].map((port) => [port.name, port.node]));
  let edited = made.graph;
  /** By its name before, the name of an output by now. */
  const renamed = new Map<string, string>();
  const rename = (output: string, name: string): void => {
    const port = names.get(output);
    if (port === undefined || name === output) return;
    edited = renamePort(edited, { at, node: port, name }, context).graph;
    renamed.set(output, name);
  };
  // An output with the name of an input would go round: those that do not make way first, for those that do.
  const isTaken = (name: string): boolean => names.has(name) || inputs.has(name);
  for (const output of names.keys()) {
    if (inputs.has(output) && inputOf.get(output) !== output) {
      rename(output, freeName(`${output}-out`, isTaken));
    }
  }
  for (const [output, input] of inputOf) {
    const port = names.get(output);
    if (port !== undefined && (renamed.get(output) ?? output) !== input) {
      edited = renamePort(edited, { at, node: port, name: input }, context).graph;
      renamed.set(output, input);
    }
  }
  const collect = choice.collect.map((output) => renamed.get(output) ?? output);
  edited = withBody(edited, at, withoutFormer(bodyOf(edited, at)));
  const outer = bodyOf(edited, selection.at);
  const loop: GraphNode = {
    ...{ type: loopType, version: 1 },
    ...(title === undefined ? {} : { title }),
    params: {
      use: `#${at}`,
      ...(choice.while === undefined ? {} : { while: choice.while }),
      limit: choice.limit,
      ...(collect.length === 0 ? {} : { collect }),
    },
  };
  edited = withBody(edited, selection.at, { ...outer, nodes: { ...outer.nodes, [node]: loop } });
  const { round } = choice;
  if (round !== undefined) {
    const body = bodyOf(edited, at);
    const expose = { ...body.expose, [roundParam]: round };
    edited = withBody(edited, at, { ...body, expose });
  }
  return { graph: edited, node, subgraph: at };
}

/** Nobody used the ports by the names that they had for a moment. */
function withoutFormer(body: GraphBody): GraphBody {
  const nodes = Object.entries(body.nodes).map(([id, node]) => {
    const { formerly: _former, ...params } = node.params;
    return [id, structureOf(node.type) === 'output' ? { ...node, params } : node] as const;
  });
  return { ...body, nodes: Object.fromEntries(nodes) };
}

function lookupOf(graph: Graph, at: string, context: ComposeContext) {
  const library = new GraphLibrary(graph, context);
  const graphs = library.lookup({ ...library.root, graph: at, key: `edit ${at}` });
  return { registry: context.registry, graphs };
}

function portsOf(graph: Graph, at: string, context: ComposeContext) {
  const body = bodyOf(graph, at);
  return { ...bodyInterface(body, lookupOf(graph, at, context)), body };
}
