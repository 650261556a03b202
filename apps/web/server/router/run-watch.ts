import type { RunRecord, RunStore } from '@graft/graph';
import { lookAgain } from './look-again.ts';

/**
 * Tells of a file's newest run, and of that of its experiments, at once and whenever there is a newer one or its status is
 * another, whichever process runs it. Ends with `stop`.
 */
export function watchNewestRuns(
  runs: RunStore,
  file: string,
  hooks: { readonly stop: AbortSignal; readonly newest: (run: RunRecord) => void },
): void {
  const known = new Map<string, string>();
  const look = async (): Promise<void> => {
    for (const kind of ['graph', 'experiment'] as const) {
      const [run] = await runs.list({ file, parent: null, kind, limit: 1 });
      const seen = run === undefined ? '' : `${run.id} ${run.status}`;
      if (run !== undefined && seen !== known.get(kind) && !hooks.stop.aborted) hooks.newest(run);
      known.set(kind, seen);
    }
  };
  lookAgain(look, hooks.stop);
}
