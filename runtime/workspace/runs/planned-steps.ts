import type { ArtifactRef, KeyPart, MissReason, Problem } from '@graft/graph';
import type { LeftCheckpoint } from '@graft/engine';
import type { Drift } from '../locks/graph-lock.ts';

/** What a run would do. */
export interface PlanReport {
  readonly nodes: readonly PlannedStep[];
  readonly problems: readonly Problem[];
  readonly reused: number;
  readonly toRun: number;
  /** What is worth a look, although the graph runs; absent: nothing. */
  readonly warnings?: readonly Problem[];
  /** Sources that are others than the graph was locked to; absent: none. */
  readonly drift?: readonly Drift[];
  /** What those nodes took the last time of which that is known; undefined where it is of none. */
  readonly estimatedMs?: number;
  /** US dollars that those nodes will pay to servers at most; absent: no model has a price. */
  readonly estimatedDollars?: number;
  /** Nodes whose cost is unknown, although their model has a price; absent: none. */
  readonly unknownCost?: readonly string[];
}

export interface PlannedStep {
  readonly node: string;
  readonly type: string;
  /** `unknown`: its inputs' digests are known only once something above has run. */
  readonly verdict: 'hit' | 'miss' | 'unknown';
  readonly cacheKey?: string;
  readonly parts?: readonly KeyPart[];
  readonly reason?: MissReason;
  /** What it would continue from; of a miss that trains. */
  readonly checkpoint?: LeftCheckpoint;
  readonly estimatedMs?: number;
  /** US dollars at most; absent: its model has no price, or the cost is unknown. */
  readonly estimatedDollars?: number;
  /** What would be reused, by port; of a hit. */
  readonly outputs?: Readonly<Record<string, ArtifactRef>>;
  /** The package that brought the result which would be reused. */
  readonly from?: string;
  /** Of a loop: rounds of which something is known, and how many there may be. */
  readonly rounds?: { readonly known: number; readonly limit: number };
}
