import type {
  ArtifactRef,
  Feed,
  ItemCounts,
  MetricRow,
  MissReason,
  Problem,
  StepCheckpoints,
  StepStatus,
  StepSummary,
} from '@graft/graph';
import type { GrowingList, GrowingMap } from './growing-collections.ts';
import { readJson } from '../read-json.ts';

interface LogLine {
  readonly at: number;
  readonly level: 'info' | 'warning' | 'error';
  readonly message: string;
  readonly item?: string;
}

/** A problem as events carry it: its code is not checked against this version's list. */
export type ReportedProblem = Omit<Problem, 'code' | 'location'> & {
  readonly code: string;
  readonly location: {
    readonly [part in keyof Problem['location']]?: Problem['location'][part] | undefined;
  };
};

/** One step as its events tell it. */
export interface StepView {
  readonly node: string;
  readonly type: string;
  readonly status: StepStatus;
  readonly device?: string;
  /** Milliseconds since the epoch. */
  readonly startedAt?: number;
  readonly finishedAt?: number;
  /** Milliseconds of work. */
  readonly ms?: number;
  /** Of a reused result: when it was made, in ms since the epoch. */
  readonly madeAt?: number;
  /** The package that a reused result came in. */
  readonly from?: string;
  readonly progress?: {
    readonly done: number;
    readonly total?: number;
    readonly unit: string;
    readonly message?: string;
    /** Its amount and time when it was first told in this unit, and the time of this one, in ms since the epoch. */
    readonly since?: { readonly done: number; readonly from: number; readonly to: number };
  };
  /** Of a node that the run has other steps for, while they run: the share of them that is done, 0 to 1. It never goes back. */
  readonly share?: number;
  readonly reason?: MissReason;
  readonly items?: ItemCounts;
  readonly outputs: Readonly<Record<string, ArtifactRef>>;
  /** Of a node that the run has other steps for: by output, the step's output that is seen at it. */
  readonly feeds?: Readonly<Record<string, Feed>>;
  readonly error?: ReportedProblem;
  /** Of one that failed: the key of what it ran with. */
  readonly failedKey?: string;
  /** Of one that trains. */
  readonly checkpoints?: StepCheckpoints;
  readonly logs: readonly LogLine[];
  /** Rows of metrics so far, for curves. */
  readonly metrics: GrowingList<MetricRow>;
  /** Text written so far, by item, in the order the items began. */
  readonly texts: GrowingMap<string>;
}

/** The parameters that a step had, out of the parts of its cache key: but for long ones, of which these hold a digest. */
export function stepParams({
  parts,
}: Pick<StepSummary, 'parts'>): Readonly<Record<string, unknown>> {
  const entries = (parts ?? []).flatMap(({ name, value }): [string, unknown][] => {
    if (!name.startsWith('param.')) return [];
    const read = readJson(value);
    return read === undefined ? [] : [[name.slice('param.'.length), read]];
  });
  return Object.fromEntries(entries);
}
