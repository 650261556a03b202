import type { RunRecord, RunStore } from '@graft/graph';
import { lookAgain } from './look-again.ts';

/** Runs looked through for the newest of either kind. */
const newestLooked = 20;

/**
 * Tells of a file's newest run, and of that of its experiments, at once and whenever there is a newer one or its status is
 * another, whichever process runs it. Ends with `stop`.
 */
export function watchNewestRuns(
  runs: RunStore,
  file: string,
  hooks: { readonly stop: AbortSignal; readonly newest: (run: RunRecord) => void },
): void {
  const known = new Map<boolean, string>();
  const look = async (): Promise<void> => {
    const newest = await runs.list({ file, parent: null, limit: newestLooked });
    for (const ofExperiment of [false, true]) {
      const run = newest.find(({ experiment }) => (experiment !== undefined) === ofExperiment);
      const seen = run === undefined ? '' : `${run.id} ${run.status}`;
      if (run !== undefined && seen !== known.get(ofExperiment) && !hooks.stop.aborted)
        hooks.newest(run);
      known.set(ofExperiment, seen);
    }
  };
  lookAgain(look, hooks.stop);
}
