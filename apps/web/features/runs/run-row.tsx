import { runScoreText, scoreOf, type RunRecord } from '@graft/graph';
import { clock, duration } from '@graft/nodes/kit/ui';
import { action } from '@graft/view';
import { openMenuOf } from '../../kit/open-menu.ts';
import { lookAtRun } from './commands.ts';
import { RunNotesCell } from './run-notes.tsx';

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
    <span
      className="run-changes truncate text-ink-2"
      title={lines.join('\n')}
      data-testid="run-changes"
    >
      {first}
      {rest}
    </span>
  );
}

/** The name of a graph file on the screen. */
const fileName = (path: string): string => path.replace(/\.graft\.json$/, '');

export interface RunRowProps {
  readonly run: RunRecord;
  /** The score that is shown; undefined: its headline. */
  readonly score: string | undefined;
  readonly changes: readonly string[] | undefined;
  readonly shown: boolean;
  /** The newest run of its file, if it is another. */
  readonly newest: string | undefined;
  /** Whether runs of other files are in the list. */
  readonly everywhere: boolean;
  readonly chosen: boolean;
  /** Whether the selection is full. */
  readonly full: boolean;
  readonly choose: (chosen: boolean) => void;
}

/** A run of the list: a click shows it. */
export function RunRow(props: RunRowProps) {
  const { run, score: key, changes, shown, newest, everywhere, chosen, full, choose } = props;
  const time = clock(run.startedAt);
  const other = otherThanSaved(run);
  const score = scoreOf(run.scores, key);
  // The column of the score then shows `other`.
  const isUnscored = score === undefined;
  const words = [time, run.status, ...(other === undefined ? [] : [other])];
  return (
    <li className="flex items-center pl-3.5" data-run={run.id} onContextMenu={openMenuOf}>
      <input
        type="checkbox"
        aria-label={`Compare the run of ${words.join(', ')}`}
        title="Select this run to compare"
        checked={chosen}
        disabled={full && !chosen}
        onChange={({ target }) => choose(target.checked)}
      />
      <button
        type="button"
        className="quiet-row min-w-0 flex-1 overflow-hidden pr-1! py-[3px] pl-2.5! text-sm"
        data-testid="run"
        aria-current={shown}
        onClick={() => lookAtRun(run.id, run.file)}
      >
        <span className="run-started">{time}</span>
        <span className="run-status">
          <span className="chip" data-tone={tones[run.status]}>
            {run.status}
          </span>
        </span>
        <span className="run-time text-ink-2">
          {run.finishedAt === undefined ? '' : duration(run.finishedAt - run.startedAt)}
        </span>
        <span
          className={`run-score ${isUnscored ? 'text-ink-2' : ''}`}
          title={isUnscored ? other : undefined}
          data-testid="run-score"
        >
          {isUnscored ? other : runScoreText(score)}
        </span>
        {everywhere ? (
          <span className="max-w-48 min-w-0 truncate" title={run.file} data-testid="run-file">
            {fileName(run.file)}
          </span>
        ) : null}
        {isUnscored || other === undefined ? null : (
          <span className="run-changes shrink-0 text-ink-2">{other}</span>
        )}
        <Changes lines={changes} />
        {run.error === undefined ? null : (
          <span className="truncate text-error" title={run.error}>
            {run.error}
          </span>
        )}
      </button>
      <RunNotesCell run={run} called={`the run of ${words.join(', ')}`} />
      {newest === undefined ? (
        <span className="run-compare" />
      ) : (
        <button
          type="button"
          className="quiet-action run-compare"
          aria-label="Compare with latest"
          title="Compare with the latest run of this file"
          onClick={() => action('compareSides')([{ run: run.id }, { run: newest }])}
        >
          Compare
        </button>
      )}
    </li>
  );
}
