import type { GraphNode } from './graph-body.ts';

/** Every combination of the values; or the first of each together, then the second of each … */
export type VaryMode = 'grid' | 'list';

/** A named setting of a graph: its differences from the file. */
export interface Arm {
  /** `node.param` → value. */
  readonly set?: Readonly<Record<string, unknown>>;
  /** Bypassed nodes. */
  readonly bypass?: readonly string[];
  /** Nodes that replace those with these ids; edges stay. */
  readonly replace?: Readonly<Record<string, GraphNode>>;
  readonly extra?: Readonly<Record<string, unknown>>;
}

/** Limits of an experiment. */
export interface ExperimentLimit {
  /** Runs: each variant once for each seed. */
  readonly variants?: number;
  readonly minutes?: number;
  readonly extra?: Readonly<Record<string, unknown>>;
}

/**
 * Runs variants on growing parts of the items and drops those behind the best, never the baseline. Absent fields have
 * defaults: see `racePlan`.
 */
export interface Race {
  /** Number of looks; each adds an equal part of the items, the last has all. */
  readonly looks?: number;
  /** Probability, over the whole race, of dropping the best variant. */
  readonly error?: number;
  readonly extra?: Readonly<Record<string, unknown>>;
}

/**
 * A graph under several settings, run as one and compared. As written: `expandExperiment` checks whether its nodes,
 * parameters and metrics exist.
 */
export interface Experiment {
  readonly doc?: string;
  /** `node.param` → the values to try. */
  readonly vary?: Readonly<Record<string, readonly unknown[]>>;
  /** How to combine the values of `vary`; absent: `grid`. */
  readonly mode?: VaryMode;
  readonly arms?: Readonly<Record<string, Arm>>;
  /** Each variant runs once with each, as the seed of every seeded node. */
  readonly seeds?: readonly number[];
  /** The variant that the others are compared with; absent: the saved file. */
  readonly baseline?: string;
  /** `node.port:metric`, the deciding one first. */
  readonly metrics?: readonly string[];
  /** Metrics with lower as better, unless their names say so. */
  readonly lower?: readonly string[];
  /**
   * Arms, from the one that takes least work. The experiment then recommends one: the first of those that are better than
   * the baseline and not shown to be worse than another.
   */
  readonly prefer?: readonly string[];
  /** True: with all defaults, by the first metric. */
  readonly race?: true | Race;
  readonly limit?: ExperimentLimit;
  /** Fields unknown to this version, kept for the next save. */
  readonly extra?: Readonly<Record<string, unknown>>;
}

export type Experiments = Readonly<Record<string, Experiment>>;
