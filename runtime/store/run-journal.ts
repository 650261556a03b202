import { GraphError, type RunRecord, type RunStore } from '@graft/graph';

/** A run store that also finds the runs whose end was never recorded. */
export interface RunJournal extends RunStore {
  /** Runs that are queued or running, oldest first. */
  unfinished(): Promise<RunRecord[]>;
}

export function unknownRun(id: string): GraphError {
  return new GraphError(
    'bad-input',
    `There is no run "${id}". "graft runs ls" lists those there are.`,
  );
}
