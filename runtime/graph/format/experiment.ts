import type { GraphNode } from './graph-body.ts';

/** Every combination of the values; or the first of each together, then the second of each … */
export type VaryMode = 'grid' | 'list';

/** A named setting of a graph: what differs from the file. */
export interface Arm {
  /** `node.param` → value. */
  readonly set?: Readonly<Record<string, unknown>>;
  /** Nodes that are switched off. */
  readonly bypass?: readonly string[];
  /** Nodes that stand in the place of those with these ids; edges stay. */
  readonly replace?: Readonly<Record<string, GraphNode>>;
  readonly extra?: Readonly<Record<string, unknown>>;
}

/** What an experiment may take. */
export interface ExperimentLimit {
  /** Runs: each variant once for each seed. */
  readonly variants?: number;
  readonly minutes?: number;
  readonly extra?: Readonly<Record<string, unknown>>;
}

/**
 * Variants on growing parts of the items: those that lie below the best are dropped on the way, the baseline never. A
 * field that is absent has its default: see `racePlan`.
 */
export interface Race {
  /** How often is looked; each look has an equal part of the items more, the last all of them. */
  readonly looks?: number;
  /** Probability, over the whole race, that the best variant is dropped. */
  readonly error?: number;
  readonly extra?: Readonly<Record<string, unknown>>;
}

/**
 * A graph under several settings, to be run as one and compared. As the file has it: whether its nodes, parameters and
 * metrics are there is for `expandExperiment` to say.
 */
export interface Experiment {
  readonly doc?: string;
  /** `node.param` → the values to try. */
  readonly vary?: Readonly<Record<string, readonly unknown[]>>;
  /** How the values of `vary` are combined; absent: `grid`. */
  readonly mode?: VaryMode;
  readonly arms?: Readonly<Record<string, Arm>>;
  /** Each variant is run once with each of them, as the seed of every seeded node. */
  readonly seeds?: readonly number[];
  /** The variant that others are compared with; absent: the file as it is. */
  readonly baseline?: string;
  /** `node.port:metric`, the one to decide by first. */
  readonly metrics?: readonly string[];
  /** Those of its metrics of which less is better, where their names do not say it. */
  readonly lower?: readonly string[];
  /** True: with everything by default. By the first metric. */
  readonly race?: true | Race;
  readonly limit?: ExperimentLimit;
  /** Fields that this version does not know, kept for the next save. */
  readonly extra?: Readonly<Record<string, unknown>>;
}

export type Experiments = Readonly<Record<string, Experiment>>;
