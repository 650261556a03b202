import type { RunRecord, RunStore } from '@graft/graph';

/** Milliseconds between two looks: runs of other processes are seen only in the database. */
const lookEvery = 1_500;
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
  let timer: NodeJS.Timeout | undefined;
  const next = (): void => {
    // A look that failed says nothing; the next one may succeed.
    void look()
      .catch(() => undefined)
      .then(() => {
        if (!hooks.stop.aborted) timer = setTimeout(next, lookEvery);
      });
  };
  hooks.stop.addEventListener('abort', () => clearTimeout(timer), { once: true });
  next();
}
