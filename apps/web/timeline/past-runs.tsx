import { useQuery } from '@tanstack/react-query';
import { queries } from '../api/client.ts';
import { clock, duration } from '@graft/nodes/kit/ui';
import { useDocument } from '../state/document-store.ts';
import { useRunView } from '../state/run-view.ts';
import { useScreen } from '../state/screen-store.ts';

const tones: Readonly<Record<string, string>> = {
  succeeded: 'good',
  failed: 'bad',
  running: 'working',
  queued: 'working',
};

/** Runs of the open file, newest first; one is looked at by a click. */
export function PastRuns() {
  const path = useDocument((state) => state.file?.path);
  const shown = useRunView((state) => state.run?.runId);
  const { data: runs = [] } = useQuery(
    queries.runs.list.queryOptions(
      { file: path, limit: 50 },
      { enabled: path !== undefined, staleTime: 0 },
    ),
  );
  if (runs.length === 0) return <p className="px-3.5 text-ink-2">No runs yet.</p>;
  return (
    <ol className="min-h-0 flex-1 overflow-auto" aria-label="Runs">
      {runs.map((run) => (
        <li key={run.id}>
          <button
            type="button"
            className="quiet-row py-[3px] text-sm"
            aria-current={run.id === shown}
            onClick={() => {
              useRunView.getState().lookBack(run.id);
              useScreen.getState().show({ bottomTab: 'run' });
            }}
          >
            <span className="w-24 shrink-0 tabular-nums">{clock(run.startedAt)}</span>
            <span className="w-20 shrink-0">
              <span className="chip" data-tone={tones[run.status]}>
                {run.status}
              </span>
            </span>
            <span className="w-20 shrink-0 text-right text-ink-2 tabular-nums">
              {run.finishedAt === undefined ? '' : duration(run.finishedAt - run.startedAt)}
            </span>
            <span className="truncate text-ink-2">{run.error}</span>
          </button>
        </li>
      ))}
    </ol>
  );
}
