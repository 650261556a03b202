import type { Problem } from '../base/errors.ts';
import type { Graph } from '../format/graph.ts';
import type { MetricName } from '../format/setting-name.ts';

/** The name of the variant that is the file as it was saved. */
export const savedVariant = 'as saved';

/** One setting of an experiment, ready to be run. */
export interface Variant {
  /** Unique; says only what differs. */
  readonly name: string;
  /** `node.param` → value, a bypassed node → "off", a replaced one → its type. Of all variants by the same names. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Migrated. */
  readonly graph: Graph;
  /** Why it cannot run; empty where it can. */
  readonly problems: readonly Problem[];
}

/** How the variants of an experiment race. */
export interface RacePlan {
  readonly looks: number;
  /** Probability, over the whole race, that the best variant is dropped. */
  readonly error: number;
}

/** An experiment, expanded. */
export interface ExperimentPlan {
  readonly name: string;
  /** The baseline first where it is the file as saved; then in the order of the settings. */
  readonly variants: readonly Variant[];
  /** Name of the variant that others are compared with. */
  readonly baseline: string;
  /** Each variant is run once with each; `undefined`: with the seeds that the nodes have. */
  readonly seeds: readonly (number | undefined)[];
  readonly metrics: readonly MetricName[];
  /** Those of which less is better because the file says so, as `node.port:metric`. */
  readonly lower: readonly string[];
  /** Absent: every variant sees all items at once. */
  readonly race?: RacePlan;
  /** The nodes that must run for the metrics: what they do not need is left out. */
  readonly only: readonly string[];
  /** Milliseconds after which nothing more is run. */
  readonly limitMs?: number;
}
