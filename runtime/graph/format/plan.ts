import type { Feed } from './edge.ts';
import type { NodeType, Source } from '../types/node-type.ts';
import type { Facets, PortFacets } from '../types/facets.ts';
import type { Location } from '../base/errors.ts';

/** A node of a plan: validated, migrated, with defaults. */
export interface PlannedNode {
  /** For a node within a used graph, the id path to it: `retriever/embed`. */
  readonly id: string;
  /** Where it is written, if not in the graph itself. */
  readonly place?: AuthoredPlace;
  readonly definition: NodeType;
  /** Parsed by the definition's schema. */
  readonly params: Readonly<Record<string, unknown>>;
  /** Input port → the outputs that feed it. */
  readonly inputs: Readonly<Record<string, readonly Feed[]>>;
  readonly inputFacets: PortFacets;
  readonly outputFacets: Readonly<Record<string, Facets>>;
  readonly sources: readonly Source[];
  /** Content of a `repeat` node: its rounds become steps during the run. */
  readonly loop?: PlannedLoop;
}

/** Where a node of a plan is written. */
export interface AuthoredPlace {
  readonly file?: string;
  /** Subgraph of that file. */
  readonly graph?: string;
  readonly node: string;
}

/**
 * For ports of the graph that the plan lacks, their source: `node.port` → `node.port` of the plan. For `graph` nodes
 * their outputs, for `input` and `output` nodes their `value`, for bypassed nodes what passes through.
 */
export type PortAliases = Readonly<Record<string, readonly string[]>>;

/** The validated, migrated, topologically ordered graph, without layout; used graphs are expanded in place. */
export interface Plan {
  readonly nodes: readonly PlannedNode[];
  /** Absent if the graph has no such port. */
  readonly aliases?: PortAliases;
}

/** A planned `repeat` node. Its rounds become steps only as they begin, because results decide when the loop ends. */
export interface PlannedLoop {
  /** Id path without numbers of rounds; the paths of its body's nodes begin with it. */
  readonly path: string;
  /** Maximal number of rounds. */
  readonly limit: number;
  /** Names of the state that a round takes from the one before: both inputs and outputs. */
  readonly state: readonly string[];
  /** The state that ends the loop when it is empty. */
  readonly while?: string;
  /** Whether rounds receive their number; then an unchanged round does not predict the next. */
  readonly numbered: boolean;
  /** The first round as planned: it stands for all when sources, models and devices are collected. */
  readonly template: LoopBody;
  /** Plans a round, from 1 on. Throws the GraphError of a later round that cannot be planned. */
  body(round: number): LoopBody;
  /** The node that gathers the rows of a collected output, by name; the outputs of the rounds are its `rows`. */
  readonly gather: Readonly<Record<string, PlannedNode>>;
}

/** The graph of a loop in one round, under the loop's path. */
export interface LoopBody {
  /** In topological order. */
  readonly nodes: readonly PlannedNode[];
  /** By input name, the node whose `value` stands for what the round receives; it is not among `nodes`. */
  readonly inputs: Readonly<Record<string, string>>;
  /** By output name, its source: a node of the body, or an input of it. */
  readonly outputs: Readonly<Record<string, Feed>>;
  readonly aliases: PortAliases;
}

/** Where a node of a plan is written: in the plan's file, or in a graph used there. */
export function authoredLocation({ id, place }: PlannedNode, file?: string): Location {
  if (place !== undefined) return { ...place, path: id };
  return { ...(file === undefined ? {} : { file }), node: id };
}

/** All nodes of a plan, with those within its loops: one round stands for all. */
export function* plannedNodes(nodes: Iterable<PlannedNode>): Generator<PlannedNode> {
  for (const node of nodes) {
    yield node;
    if (node.loop === undefined) continue;
    yield* plannedNodes(node.loop.template.nodes);
    yield* Object.values(node.loop.gather);
  }
}
