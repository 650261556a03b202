import type { Digest } from './artifact.ts';
import type { ExperimentEvent } from './experiment-event.ts';
import type { RunScore } from '../metrics/run-score.ts';
import type { RunEvent, RunStatus, StepSummary } from './run-event.ts';

/** Origin of a run: how it differs from the saved file. */
export interface RunOrigin {
  /** For a run of an experiment: its name. Such a run has variants and no steps. */
  readonly experiment?: string;
  /** For a variant's run: the run of its experiment, with which it is deleted. */
  readonly parent?: string;
  readonly variant?: string;
  readonly seed?: number;
  /** Its steps count as the last ones of their nodes only within this scope; absent: for the saved file. */
  readonly scope?: string;
  /** Artifact with the text of the graph. */
  readonly graph?: Digest;
  /** Texts of the used graph files, by path, as artifacts. Absent: none. */
  readonly graphs?: Readonly<Record<string, Digest>>;
  /** Artifact with the settings beside the graph, as JSON. */
  readonly settings?: Digest;
  /**
   * Artifact with the options that it began with, as JSON: another process continues it with them, if its own ends. Absent:
   * it fails then.
   */
  readonly options?: Digest;
}

/** The `file` of a run of no graph file, such as a prompt that somebody tries a model with. */
export const noFile = '';

export interface RunRecord extends RunOrigin {
  readonly id: string;
  /** Path of the graph file, or `noFile`. */
  readonly file: string;
  readonly status: RunStatus;
  readonly startedAt: number;
  readonly finishedAt?: number;
  /** The running process: `pid:start-time:place`, to detect a crash. */
  readonly owner: string;
  readonly error?: string;
  /** When somebody asked its owner to cancel it (ms since the epoch). */
  readonly cancelAt?: number;
  /** When it was pinned: pruning keeps it. */
  readonly pinnedAt?: number;
  /** What a person wrote about it; absent: nothing. Pruning keeps it. */
  readonly note?: string;
  /** A person's tags; absent: none. Pruning keeps it. */
  readonly tags?: readonly string[];
  /** What its results show, the headline first. Empty: nothing was measured; absent: not recorded. */
  readonly scores?: readonly RunScore[];
  /** How often another process has continued it, because the one before ended; absent: never. */
  readonly takeovers?: number;
}

export interface RunQuery {
  /** Absent: of all files, without the runs of `noFile`. */
  readonly file?: string;
  /** Of this experiment's run; null: of none; absent: all. */
  readonly parent?: string | null;
  /** Only runs of experiments, or only of graphs; absent: both. */
  readonly kind?: 'experiment' | 'graph';
  readonly limit: number;
}

/** Runs, their steps and their events. */
export interface RunStore {
  create(run: RunRecord): Promise<void>;
  /**
   * Ends a run. Removes its `step.token` events, because outputs contain the text. For steps without outputs, merges an
   * item's text into one event with the last number. Numbers keep their order, with gaps.
   */
  finish(id: string, end: { status: RunStatus; finishedAt: number; error?: string }): Promise<void>;
  get(id: string): Promise<RunRecord | undefined>;
  /** Asks the owner to cancel it; false if it has ended or does not exist. */
  askToCancel(id: string): Promise<boolean>;
  /** The unfinished runs of a process. */
  unfinishedOf(owner: string): Promise<RunRecord[]>;
  /** Newest first. */
  list(query: RunQuery): Promise<RunRecord[]>;
  /** Renames a file: its runs, and the last steps of its nodes, follow. */
  renameFile(from: string, to: string): Promise<void>;
  /** In one transaction; durable once it resolves. */
  append(runId: string, events: readonly RunEvent[]): Promise<void>;
  /** In order, events with `seq` greater than `after`. */
  events(runId: string, after: number, limit: number): Promise<RunEvent[]>;
  steps(runId: string): Promise<StepSummary[]>;
  /**
   * For each node of a file, its newest step with a cache key, to explain misses. In a scope: that of the newest run in
   * it, else that of the file.
   */
  lastSteps(file: string, scope?: string): Promise<Map<string, StepSummary>>;
  /** Records events of an experiment's run, in one transaction; durable once it resolves. */
  appendExperiment(runId: string, events: readonly ExperimentEvent[]): Promise<void>;
  /** Of an experiment's run: in order, events with `seq` greater than `after`. */
  experimentEvents(runId: string, after: number, limit: number): Promise<ExperimentEvent[]>;
  /** Digests that running runs refer to, or succeeded variants of a running experiment: never evicted. */
  pinned(): Promise<Set<string>>;
}
