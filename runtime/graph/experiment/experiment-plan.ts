import type { Problem } from '../base/errors.ts';
import type { Graph } from '../format/graph.ts';
import type { MetricName } from '../format/setting-name.ts';

/** Name of the variant that is the saved file. */
export const savedVariant = 'as saved';

/** A variant of an experiment, ready to run. */
export interface Variant {
  /** Unique; names only what differs. */
  readonly name: string;
  /** `node.param` → value, a bypassed node → "off", a replaced one → its type. All variants have the same names. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Migrated graph. */
  readonly graph: Graph;
  /** Why it cannot run; empty if it can. */
  readonly problems: readonly Problem[];
}

/** How the variants of an experiment race. */
export interface RacePlan {
  readonly looks: number;
  /** Probability, over the whole race, of dropping the best variant. */
  readonly error: number;
}

/** An expanded experiment. */
export interface ExperimentPlan {
  readonly name: string;
  /** The baseline first if it is the saved file; then in the order of the settings. */
  readonly variants: readonly Variant[];
  /** Name of the variant that the others are compared with. */
  readonly baseline: string;
  /** Each variant runs once with each; `undefined`: with the nodes' own seeds. */
  readonly seeds: readonly (number | undefined)[];
  readonly metrics: readonly MetricName[];
  /** Metrics that the file declares as lower is better, as `node.port:metric`. */
  readonly lower: readonly string[];
  /** Variants to recommend among, from the one to prefer; absent: none is recommended. */
  readonly prefer?: readonly string[];
  /** Absent: every variant receives all items at once. */
  readonly race?: RacePlan;
  /** The nodes that the metrics need; others are left out. */
  readonly only: readonly string[];
  /** Milliseconds after which nothing more runs. */
  readonly limitMs?: number;
}
