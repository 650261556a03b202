import type { RunRecord, RunStore } from '@graft/graph';

/** Milliseconds between two looks: runs of other processes are seen only in the database. */
const lookEvery = 1_500;
/** Runs of experiments among the newest are passed over. */
const newestLooked = 20;

/**
 * Tells of a file's newest run, at once and whenever there is a newer one or its status is another, whichever
 * process runs it. Ends with `stop`.
 */
export function watchNewestRun(
  runs: RunStore,
  file: string,
  hooks: { readonly stop: AbortSignal; readonly newest: (run: RunRecord) => void },
): void {
  let known = '';
  const look = async (): Promise<void> => {
    const newest = await runs.list({ file, parent: null, limit: newestLooked });
    const run = newest.find(({ experiment }) => experiment === undefined);
    const seen = run === undefined ? '' : `${run.id} ${run.status}`;
    if (run !== undefined && seen !== known && !hooks.stop.aborted) hooks.newest(run);
    known = seen;
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
