import type { RunRecord } from '@graft/graph';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { queries } from '../../api/client.ts';
import { clock, duration } from '@graft/nodes/kit/ui';
import { action, mostSides } from '@graft/view';
import { useDocument, useRunView } from '../../kit/stores.ts';
import { openMenuOf } from '../../kit/open-menu.ts';
import { lookAtRun } from './commands.ts';

const tones: Readonly<Record<string, string>> = {
  succeeded: 'good',
  failed: 'bad',
  running: 'working',
  queued: 'working',
};

/** How a run differed from the saved graph. */
function otherThanSaved({ scope, settings }: RunRecord): string | undefined {
  if (scope !== undefined) return 'with another input';
  return settings === undefined ? undefined : 'part of the graph';
}

/** How its graph differs from that of the run before; nothing if that is unknown. */
function Changes({ lines }: { readonly lines: readonly string[] | undefined }) {
  if (lines === undefined) return null;
  const [first = 'same graph', ...others] = lines;
  const rest = others.length === 0 ? '' : `, and ${String(others.length)} more`;
  return (
    <span className="truncate text-ink-2" title={lines.join('\n')} data-testid="run-changes">
      {first}
      {rest}
    </span>
  );
}

function RunRow(props: {
  readonly run: RunRecord;
  readonly changes: readonly string[] | undefined;
  readonly shown: boolean;
  readonly newest: string;
  readonly chosen: boolean;
  /** Whether the selection is full. */
  readonly full: boolean;
  readonly choose: (chosen: boolean) => void;
}) {
  const { run, changes, shown, newest, chosen, full, choose } = props;
  const time = clock(run.startedAt);
  const other = otherThanSaved(run);
  return (
    <li className="group/run flex items-center pl-3.5" data-run={run.id} onContextMenu={openMenuOf}>
      <input
        type="checkbox"
        aria-label={`Compare the run of ${[time, run.status, ...(other === undefined ? [] : [other])].join(', ')}`}
        title="Select this run to compare"
        checked={chosen}
        disabled={full && !chosen}
        onChange={({ target }) => choose(target.checked)}
      />
      <button
        type="button"
        className="quiet-row min-w-0 flex-1 py-[3px] pl-2.5! text-sm"
        aria-current={shown}
        onClick={() => lookAtRun(run.id)}
      >
        <span className="w-24 shrink-0 tabular-nums">{time}</span>
        <span className="w-20 shrink-0">
          <span className="chip" data-tone={tones[run.status]}>
            {run.status}
          </span>
        </span>
        <span className="w-20 shrink-0 text-right text-ink-2 tabular-nums">
          {run.finishedAt === undefined ? '' : duration(run.finishedAt - run.startedAt)}
        </span>
        {other === undefined ? null : <span className="shrink-0 text-ink-2">{other}</span>}
        <Changes lines={changes} />
        {run.error === undefined ? null : (
          <span className="truncate text-error" title={run.error}>
            {run.error}
          </span>
        )}
      </button>
      {newest === run.id ? null : (
        <button
          type="button"
          className="quiet-action mr-3.5 shrink-0"
          onClick={() => action('compareSides')([{ run: run.id }, { run: newest }])}
        >
          Compare with latest
        </button>
      )}
    </li>
  );
}

/** Runs of the open file, newest first. A click shows one; several can be selected and compared. */
export function PastRuns() {
  const path = useDocument((state) => state.file?.path);
  const shown = useRunView((state) => state.run?.runId);
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const { data: runs = [] } = useQuery(
    queries.runs.list.queryOptions(
      { file: path, limit: 50 },
      { enabled: path !== undefined, staleTime: 0 },
    ),
  );
  const newest = runs[0]?.id ?? '';
  const { data: changes = {} } = useQuery(
    queries.runs.changes.queryOptions(
      { file: path, limit: 50, newest },
      { enabled: newest !== '', placeholderData: keepPreviousData },
    ),
  );
  if (runs.length === 0) return <p className="px-3.5 text-ink-2">No runs yet.</p>;
  // The oldest is the baseline.
  const sides = runs.filter(({ id }) => chosen.includes(id)).toReversed();
  return (
    <>
      {runs.length === 1 ? null : (
        <p className="flex min-h-7 items-center gap-3 px-3.5 pb-1 text-sm text-ink-2">
          <button
            type="button"
            className="button small"
            disabled={sides.length < 2}
            onClick={() => action('compareSides')(sides.map(({ id }) => ({ run: id })))}
          >
            Compare
          </button>
          {sides.length === 0
            ? `Select two runs to compare, or up to ${String(mostSides)}.`
            : sides.length === 1
              ? 'Select another run.'
              : `${String(sides.length)} runs selected.`}
          {sides.length === 0 ? null : (
            <button
              type="button"
              className="hover:text-ink hover:underline"
              onClick={() => setChosen([])}
            >
              {' '}
              Clear selection{' '}
            </button>
          )}
        </p>
      )}
      <ol className="min-h-0 flex-1 overflow-auto" aria-label="Runs">
        {runs.map((run) => (
          <RunRow
            key={run.id}
            run={run}
            changes={changes[run.id]}
            shown={run.id === shown}
            newest={newest}
            chosen={chosen.includes(run.id)}
            full={sides.length >= mostSides}
            choose={(isChosen) =>
              setChosen(isChosen ? [...chosen, run.id] : chosen.filter((id) => id !== run.id))
            }
          />
        ))}
      </ol>
    </>
  );
}
