import { duration } from '@graft/nodes/kit/ui';
import { reportAddress } from '../../api/runs/run-history.ts';
import { isOver, type RunState } from '@graft/view';
import { part } from '../../kit/part.tsx';
import { useRunView } from '../../kit/stores.ts';
import { useNow } from '../../kit/use-now.ts';

const statusWords: Record<RunState['status'], string> = {
  queued: 'queued',
  running: '',
  succeeded: 'succeeded',
  failed: 'failed',
  cancelled: 'cancelled',
};

/** The status of the run on one line; a narrow one leaves out what other parts of the screen show. */
export function RunSummary() {
  const run = useRunView((state) => state.run);
  const now = useNow(run !== null && !isOver(run), 200);
  return run === null ? null : <Summary run={run} end={run.finishedAt ?? now} />;
}

const ResultLink = part(() => import('./result-link.tsx').then((loaded) => loaded.ResultLink));

function Summary({ run, end }: { readonly run: RunState; readonly end: number }) {
  const steps = [...run.steps.values()];
  const devices = [
    ...new Set(
      steps.flatMap(({ device }) => (device === undefined || device === 'auto' ? [] : device)),
    ),
  ];
  const reused = steps.filter((step) => step.status === 'cached').length;
  const over = isOver(run);
  return (
    <p
      className="-mx-0.5 flex min-w-0 gap-3 overflow-x-clip px-0.5 text-ink-2 @[640px]:gap-4"
      role="status"
      data-testid="run-status"
      data-status={run.status}
    >
      <b className={`font-[580] ${run.status === 'failed' ? 'text-error' : 'text-ink'}`}>
        {over ? `Run ${statusWords[run.status]}` : 'Running'}
      </b>
      {/* The result goes first where there is little room. */}
      <span className={`tabular-nums ${over ? 'hidden @[560px]:inline' : ''}`}>
        {over ? duration(end - run.startedAt) : `${duration(end - run.startedAt)} so far`}
      </span>
      {run.status === 'succeeded' ? <ResultLink /> : null}
      {reused > 0 ? <span className="hidden @[900px]:inline">{reused} reused</span> : null}
      {devices.length > 0 ? (
        <span className="hidden max-w-32 truncate @[1060px]:block">{devices.join(', ')}</span>
      ) : null}
      {over ? (
        <>
          <a
            className="hidden hover:text-ink hover:underline @[640px]:inline"
            href={reportAddress(run.runId)}
            download
            title="One HTML file with all results of this run; it opens without Graft"
          >
            Export as HTML
          </a>
          <a
            className="hidden hover:text-ink hover:underline @[800px]:inline"
            href={reportAddress(run.runId, 'md')}
            download
            title="One Markdown file, or an archive if there are pictures of curves"
          >
            {' '}
            Export as Markdown{' '}
          </a>
        </>
      ) : null}
    </p>
  );
}
