import type { Feed, PlannedNode, PortAliases } from './graph.ts';

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
