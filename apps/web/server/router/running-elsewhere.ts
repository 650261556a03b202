import type { RunStore } from '@graft/graph';
import { lookAgain } from './look-again.ts';

/** Runs looked through for those that go on. */
const newestLooked = 50;

/** A file that a run goes on of, or one of its experiments. */
export interface RunningFile {
  readonly file: string;
  readonly experiment: boolean;
}

/**
 * Tells which other files than the open one runs go on of, that of the newest first, at once and whenever these are others,
 * whichever process runs them. Ends with `stop`.
 */
export function watchElsewhere(
  runs: RunStore,
  open: string | null,
  hooks: { readonly stop: AbortSignal; readonly running: (files: readonly RunningFile[]) => void },
): void {
  let known: string | undefined;
  const look = async (): Promise<void> => {
    const newest = await runs.list({ parent: null, limit: newestLooked });
    const files = new Map<string, RunningFile>();
    for (const { file, status, experiment } of newest) {
      if (file === open || files.has(file) || (status !== 'running' && status !== 'queued'))
        continue;
      files.set(file, { file, experiment: experiment !== undefined });
    }
    const running = [...files.values()];
    const seen = JSON.stringify(running);
    if (seen !== known && !hooks.stop.aborted) hooks.running(running);
    known = seen;
  };
  lookAgain(look, hooks.stop);
}
