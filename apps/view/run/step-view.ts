import type {
  ArtifactRef,
  Feed,
  ItemCounts,
  MetricRow,
  MissReason,
  Problem,
  RemoteUsage,
  StepCheckpoints,
  StepPlace,
  StepStatus,
  StepSummary,
} from '@graft/graph';
import type { GrowingList, GrowingMap } from './growing-collections.ts';
import { readJson } from '../read-json.ts';

/** Events allow undefined values, states do not. */
export type Defined<T> = { readonly [K in keyof T]: Exclude<T[K], undefined> };

interface LogLine {
  readonly at: number;
  readonly level: 'info' | 'warning' | 'error';
  readonly message: string;
  readonly item?: string;
}

/** A problem as events carry it: its code may be unknown to this version. */
export type ReportedProblem = Omit<Problem, 'code' | 'location'> & {
  readonly code: string;
  readonly location: {
    readonly [part in keyof Problem['location']]?: Problem['location'][part] | undefined;
  };
};

/** One step, folded from its events. */
export interface StepView {
  readonly node: string;
  readonly type: string;
  readonly status: StepStatus;
  readonly device?: string;
  /** Where it is computed, if there are workers. */
  readonly place?: Defined<StepPlace>;
  /** Milliseconds since the epoch. */
  readonly startedAt?: number;
  readonly finishedAt?: number;
  /** Milliseconds of work. */
  readonly ms?: number;
  /** When a reused result was made, in ms since the epoch. */
  readonly madeAt?: number;
  /** The package that a reused result came in. */
  readonly from?: string;
  readonly progress?: {
    readonly done: number;
    readonly total?: number;
    readonly unit: string;
    readonly message?: string;
    /** The amount and time of the first report in this unit, and the time of this report, in ms since the epoch. */
    readonly since?: { readonly done: number; readonly from: number; readonly to: number };
  };
  /** The done share of a node that other steps replace, 0 to 1, while they run. It never goes back. */
  readonly share?: number;
  readonly reason?: MissReason;
  readonly items?: ItemCounts;
  /** What it asked servers for. */
  readonly remote?: RemoteUsage;
  readonly outputs: Readonly<Record<string, ArtifactRef>>;
  /** For a node that other steps replace: by output, the step output that it shows. */
  readonly feeds?: Readonly<Record<string, Feed>>;
  readonly error?: ReportedProblem;
  /** The key of a failed step. */
  readonly failedKey?: string;
  /** Of a training step. */
  readonly checkpoints?: StepCheckpoints;
  readonly logs: readonly LogLine[];
  /** Rows of metrics so far, for curves. */
  readonly metrics: GrowingList<MetricRow>;
  /** Text written so far, by item, in the order in which the items started. */
  readonly texts: GrowingMap<string>;
}

/** The parameters of a step, read from the parts of its cache key. Long values are digests there. */
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

/** Whether progress is that of a download, a copy or another transfer: it counts bytes. */
export function countsBytes({ unit }: { readonly unit: string }): boolean {
  return /(?:^|\s)bytes\b/.test(unit);
}
