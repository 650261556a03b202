import { clock } from '@graft/nodes/kit/ui';
import { action } from '@graft/view';
import { useDocument, useRunView } from '../../kit/stores.ts';
import { restoreRan } from '../../api/runs/restore-run.ts';

const words: Readonly<Record<string, string>> = {
  succeeded: 'succeeded',
  failed: 'failed',
  cancelled: 'cancelled',
  running: 'still running',
  queued: 'queued',
};

/** Says that the screen shows a run of before, and leads back. */
export function PastRunBanner() {
  const run = useRunView((state) => (state.past ? state.run : null));
  const newest = useRunView((state) => state.newest);
  const drawn = useDocument(({ past }) => past !== null);
  if (run === null || run.seq === 0) return null;
  return (
    <div
      role="status"
      data-testid="past-run"
      className="flex items-center gap-3 border-b border-line-strong bg-accent-soft px-3.5 py-1.5"
    >
      <p className="min-w-0 flex-1 truncate">
        <b className="font-[580]">Run of {clock(run.startedAt)}</b>,{' '}
        {words[run.status] ?? run.status}:{' '}
        {drawn ? 'its graph and its results.' : 'its results on the present graph.'}
      </p>
      {newest === null ? null : (
        <button
          type="button"
          className="button small print:hidden"
          onClick={() => action('compareSides')([{ run: run.runId }, { run: newest }])}
        >
          Compare with latest
        </button>
      )}
      <button
        type="button"
        className="button small print:hidden"
        title="Makes the graph of this run the present graph; you can undo this"
        onClick={() => void restoreRan(run.runId)}
      >
        Restore graph
      </button>
      <button
        type="button"
        className="button small print:hidden"
        onClick={() => useRunView.getState().follow(newest)}
      >
        Back to latest
      </button>
    </div>
  );
}
