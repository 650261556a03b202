import {
  GraphError,
  type RunNotes,
  type RunRecord,
  type RunScore,
  type RunStore,
} from '@graft/graph';

/** Which runs to keep. */
export interface RetentionPolicy {
  /** The newest this many. */
  readonly keep: number;
  /** And whatever started later than this (ms since the epoch). */
  readonly startedBefore?: number;
}

/** A run store that also finds the runs whose end was never recorded, and forgets old ones. */
export interface RunJournal extends RunStore {
  /** Runs that are queued or running, oldest first. */
  unfinished(): Promise<RunRecord[]>;
  /**
   * Makes this process the owner of an unfinished run until that is disposed of, or the run ends. Undefined where its owner
   * lives, or it has ended.
   */
  takeOver(run: RunRecord): Promise<AsyncDisposable | undefined>;
  /** Names this process, which has taken the run over, as the one that continues it, and counts that. */
  adopt(run: RunRecord): Promise<void>;
  /** Digests of the graphs, used ones too, settings and options of all runs: history, and no part of the cache. */
  origins(): Promise<Set<string>>;
  /** False where there is no such run. */
  pin(id: string, pinned: boolean): Promise<boolean>;
  /** Replaces a person's note and tags; the empty ones delete them. False where there is no such run. */
  annotate(id: string, notes: RunNotes): Promise<boolean>;
  /** Records what the results of a run show. False where there is no such run. */
  recordScores(id: string, scores: readonly RunScore[]): Promise<boolean>;
  /**
   * Deletes the runs that the policy does not keep, with their steps and events; gives their ids. Never one that is
   * under way, pinned, has a note or a tag, or holds what a node of a file last gave.
   */
  prune(policy: RetentionPolicy): Promise<string[]>;
}

export function unknownRun(id: string): GraphError {
  return new GraphError('bad-input', `There is no run "${id}". "graft runs ls" lists the runs.`);
}
