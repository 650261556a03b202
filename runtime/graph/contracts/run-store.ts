import type { Digest } from './artifact.ts';
import type { ExperimentEvent } from './experiment-event.ts';
import type { RunEvent, RunStatus, StepSummary } from './run-event.ts';

/** Where a run comes from: what of it is not the file as saved. */
export interface RunOrigin {
  /** Of a run of an experiment: its name. Such a run has variants and no steps. */
  readonly experiment?: string;
  /** Of a variant's run: the run of its experiment. Deleted with it. */
  readonly parent?: string;
  readonly variant?: string;
  readonly seed?: number;
  /** Its steps are the last ones of their nodes within this scope only; absent: those of the file as saved. */
  readonly scope?: string;
  /** Artifact with the text of the graph that ran. */
  readonly graph?: Digest;
  /** Of the graph files that it used, by path: artifacts with their texts. Absent: none. */
  readonly graphs?: Readonly<Record<string, Digest>>;
  /** Artifact with what was set beside the graph, as JSON. */
  readonly settings?: Digest;
}

export interface RunRecord extends RunOrigin {
  readonly id: string;
  readonly file: string;
  readonly status: RunStatus;
  readonly startedAt: number;
  readonly finishedAt?: number;
  /** Process that runs it: `pid:start-time:place`, to tell a crash from work. */
  readonly owner: string;
  readonly error?: string;
  /** When its owner was asked to cancel it (ms since the epoch). */
  readonly cancelAt?: number;
  /** When it was pinned: pruning leaves it. */
  readonly pinnedAt?: number;
}

export interface RunQuery {
  readonly file?: string;
  /** Of this experiment's run; null: of no experiment; absent: all. */
  readonly parent?: string | null;
  /** Runs of experiments alone, or those of graphs alone; absent: both. */
  readonly kind?: 'experiment' | 'graph';
  readonly limit: number;
}

/** Runs, their steps and their events. */
export interface RunStore {
  create(run: RunRecord): Promise<void>;
  /**
   * Ends a run. Its `step.token` events go: the text is in the outputs. Of steps that gave none, what was written for an
   * item stays as one event, with the number of the last. Numbers keep their order; some are no longer there.
   */
  finish(id: string, end: { status: RunStatus; finishedAt: number; error?: string }): Promise<void>;
  get(id: string): Promise<RunRecord | undefined>;
  /** Asks whoever runs it to cancel it; false where it has ended or is not there. */
  askToCancel(id: string): Promise<boolean>;
  /** The unfinished runs of a process. */
  unfinishedOf(owner: string): Promise<RunRecord[]>;
  /** Newest first. */
  list(query: RunQuery): Promise<RunRecord[]>;
  /** A file has another name: its runs, and the last steps of its nodes, go with it. */
  renameFile(from: string, to: string): Promise<void>;
  /** In one transaction; durable when it resolves. */
  append(runId: string, events: readonly RunEvent[]): Promise<void>;
  /** In order, those with `seq` greater than `after`. */
  events(runId: string, after: number, limit: number): Promise<RunEvent[]>;
  steps(runId: string): Promise<StepSummary[]>;
  /**
   * For each node of a file, its newest step that has a cache key, to explain misses with. In a scope: that of the
   * newest run in it, else that of the file.
   */
  lastSteps(file: string, scope?: string): Promise<Map<string, StepSummary>>;
  /** What happened in a run of an experiment, in one transaction; durable when it resolves. */
  appendExperiment(runId: string, events: readonly ExperimentEvent[]): Promise<void>;
  /** Of a run of an experiment: in order, those with `seq` greater than `after`. */
  experimentEvents(runId: string, after: number, limit: number): Promise<ExperimentEvent[]>;
  /** Digests that running runs refer to, or variants of a running experiment that have succeeded: never evicted. */
  pinned(): Promise<Set<string>>;
}
