import type { Feed } from './edge.ts';
import type { NodeType, Source } from '../types/node-type.ts';
import type { Facets, PortFacets } from '../types/facets.ts';
import type { Location } from '../base/errors.ts';

/** A node of a plan: validated, migrated, defaults filled in. */
export interface PlannedNode {
  /** Of a node within a graph that is used: the ids that lead to it, `retriever/embed`. */
  readonly id: string;
  /** Where it is written, where that is not the graph itself. */
  readonly place?: AuthoredPlace;
  readonly definition: NodeType;
  /** Parsed by the definition's schema. */
  readonly params: Readonly<Record<string, unknown>>;
  /** Input port → the outputs it is fed from. */
  readonly inputs: Readonly<Record<string, readonly Feed[]>>;
  readonly inputFacets: PortFacets;
  readonly outputFacets: Readonly<Record<string, Facets>>;
  readonly sources: readonly Source[];
  /** What a `repeat` node runs: its rounds become steps while the run goes. */
  readonly loop?: PlannedLoop;
}

/** Where a node of a plan is written. */
export interface AuthoredPlace {
  readonly file?: string;
  /** The subgraph of that file. */
  readonly graph?: string;
  readonly node: string;
}

/**
 * For ports that are in the graph and not in its plan, what feeds them: by `node.port`, the `node.port` of the plan. Of
 * `graph` nodes their outputs, of `input` and `output` nodes their `value`, of nodes that are switched off what passes.
 */
export type PortAliases = Readonly<Record<string, readonly string[]>>;

/** The validated, migrated, topologically ordered graph, without layout, and with the graphs that it uses in their place. */
export interface Plan {
  readonly nodes: readonly PlannedNode[];
  /** Absent where the graph has no such port. */
  readonly aliases?: PortAliases;
}

/** A `repeat` node as it is planned. Its rounds are not there before they begin: what ends it is known only then. */
export interface PlannedLoop {
  /** The ids that lead to it, without the numbers of rounds: those of its body's nodes begin with it. */
  readonly path: string;
  /** Rounds at most. */
  readonly limit: number;
  /** Names of what a round takes from the one before it: inputs and outputs alike. */
  readonly state: readonly string[];
  /** The state whose emptiness ends it. */
  readonly while?: string;
  /** Whether rounds get their number, so that one which changed nothing says nothing of the next. */
  readonly numbered: boolean;
  /** The first round as planned: it stands for all of them where sources, models and devices are asked for. */
  readonly template: LoopBody;
  /** A round as planned, from 1 on. Throws the GraphError of a later round that cannot be. */
  body(round: number): LoopBody;
  /** What gathers the rows of a collected output, by its name; the outputs of the rounds are its `rows`. */
  readonly gather: Readonly<Record<string, PlannedNode>>;
}

/** The graph of a loop as one round has it, under the loop's path. */
export interface LoopBody {
  /** In topological order. */
  readonly nodes: readonly PlannedNode[];
  /** By name of an input, the node whose `value` stands for what the round is given; it is none of `nodes`. */
  readonly inputs: Readonly<Record<string, string>>;
  /** By name of an output, what gives it: a node of the body, or an input of it. */
  readonly outputs: Readonly<Record<string, Feed>>;
  readonly aliases: PortAliases;
}

/** Where a node of a plan is written: in the plan's file, or in a graph that is used there. */
export function authoredLocation({ id, place }: PlannedNode, file?: string): Location {
  if (place !== undefined) return { ...place, path: id };
  return { ...(file === undefined ? {} : { file }), node: id };
}

/** All nodes of a plan, and those within its loops: of a round one stands for all. */
export function* plannedNodes(nodes: Iterable<PlannedNode>): Generator<PlannedNode> {
  for (const node of nodes) {
    yield node;
    if (node.loop === undefined) continue;
    yield* plannedNodes(node.loop.template.nodes);
    yield* Object.values(node.loop.gather);
  }
}
