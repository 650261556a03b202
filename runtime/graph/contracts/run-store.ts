import type { RunEvent, RunStatus, StepSummary } from './run-event.ts';

export interface RunRecord {
  readonly id: string;
  readonly file: string;
  readonly status: RunStatus;
  readonly startedAt: number;
  readonly finishedAt?: number;
  /** Process that runs it: `pid:start-time`, to tell a crash from work. */
  readonly owner: string;
  readonly error?: string;
}

/** Runs, their steps and their events. */
export interface RunStore {
  create(run: RunRecord): Promise<void>;
  finish(id: string, end: { status: RunStatus; finishedAt: number; error?: string }): Promise<void>;
  get(id: string): Promise<RunRecord | undefined>;
  /** Newest first. */
  list(query: { file?: string; limit: number }): Promise<RunRecord[]>;
  /** In one transaction; durable when it resolves. */
  append(runId: string, events: readonly RunEvent[]): Promise<void>;
  /** In order, those with `seq` greater than `after`. */
  events(runId: string, after: number, limit: number): Promise<RunEvent[]>;
  steps(runId: string): Promise<StepSummary[]>;
  /** For each node of a file, its newest step that has a cache key, to explain misses with. */
  lastSteps(file: string): Promise<Map<string, StepSummary>>;
  /** Digests that running runs refer to: never evicted. */
  pinned(): Promise<Set<string>>;
}
