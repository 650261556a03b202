import { metricWords, rightAnswers, type RunRecord } from '@graft/graph';
import { count } from '@graft/nodes/kit/ui';
import { keepPreviousData, useQueries, useQuery } from '@tanstack/react-query';
import { Fragment, useDeferredValue, useState, type ReactNode } from 'react';
import { queries } from '../../api/client.ts';
import { problemsOf } from '../../api/problem.ts';
import { action, mostSides, problemText, stepTitle } from '@graft/view';
import { part } from '../../kit/part.tsx';
import { useDocument, useRunView } from '../../kit/stores.ts';
import { orderBy, useRunQuery, type RunOrder } from './run-query.ts';
import { RunRow } from './run-row.tsx';

const ScoreCourse = part(() => import('./score-course.tsx').then((loaded) => loaded.ScoreCourse));

/** Runs that a page of the list holds. */
const pageSize = 100;

const orders: readonly { readonly id: RunOrder; readonly title: string; readonly look: string }[] =
  [
    { id: 'started', title: 'Started', look: 'run-started' },
    { id: 'time', title: 'Time', look: 'run-time' },
    { id: 'score', title: 'Score', look: 'run-score' },
  ];

/** The pages of runs on the screen, with the scores and tags to filter by. */
function useRuns(pages: number) {
  const path = useDocument((state) => state.file?.path);
  const { everywhere, text: typed, order, ascending, score } = useRunQuery();
  const text = useDeferredValue(typed);
  const file = everywhere ? undefined : path;
  const enabled = everywhere || path !== undefined;
  const read = useQueries({
    queries: Array.from({ length: pages }, (_, at) =>
      queries.runs.history.queryOptions(
        { file, text, order, ascending, score, offset: at * pageSize, limit: pageSize },
        { enabled, staleTime: 0, placeholderData: keepPreviousData },
      ),
    ),
  });
  const known = new Map(read.flatMap(({ data }) => data?.runs ?? []).map((run) => [run.id, run]));
  const runs = [...known.values()];
  const ids = runs.map(({ id }) => id).slice(0, 2 * pageSize);
  const { data: changes = {} } = useQuery(
    queries.runs.changes.queryOptions(
      { file, runs: ids },
      { enabled: enabled && ids.length > 0, placeholderData: keepPreviousData },
    ),
  );
  const [first] = read;
  const { total = 0, scores = [], tags = [] } = first?.data ?? {};
  const error = read.find((page) => page.error !== null)?.error ?? undefined;
  return {
    file,
    runs,
    changes,
    total,
    scores,
    tags,
    error,
    isRead: first?.data !== undefined || !enabled,
  };
}

type KnownScore = ReturnType<typeof useRuns>['scores'][number];

/** A score by its metric and the node that gave it: `Recall@3 of Score hits`. */
function useScoreTitle(): (score: Pick<KnownScore, 'node' | 'metric'>) => string {
  const graph = useDocument((state) => state.graph);
  return ({ node, metric }) => {
    const words = metric === rightAnswers ? 'Right answers' : metricWords(metric);
    return `${words} of ${stepTitle(node, graph)}`;
  };
}

/** The choice of runs: words to find, files, the score, and whether its course is drawn. */
function RunFilter(props: {
  readonly scores: readonly KnownScore[];
  readonly tags: readonly string[];
  readonly total: number;
  readonly children: ReactNode;
}) {
  const { scores, tags, total, children } = props;
  const { everywhere, text, score, chart } = useRunQuery();
  const title = useScoreTitle();
  return (
    <div className="flex shrink-0 flex-wrap items-center gap-2 px-3.5 pb-1.5 text-sm">
      <input
        className="field run-find"
        type="search"
        aria-label="Find runs"
        placeholder="Note, #tag, file or score"
        list="run-tags"
        value={text}
        onChange={({ target }) => useRunQuery.setState({ text: target.value })}
      />
      <datalist id="run-tags">
        {tags.map((tag) => (
          <option key={tag} value={`#${tag}`} />
        ))}
      </datalist>
      <label className="flex items-center gap-1.5">
        <input
          type="checkbox"
          checked={everywhere}
          onChange={({ target }) => useRunQuery.setState({ everywhere: target.checked })}
        />
        All files
      </label>
      {scores.length === 0 ? null : (
        <>
          <select
            className="field run-find"
            aria-label="Score"
            value={score ?? ''}
            onChange={({ target }) =>
              useRunQuery.setState({ score: target.value === '' ? undefined : target.value })
            }
          >
            <option value="">Main score of each run</option>
            {scores.map((known) => (
              <option key={known.key} value={known.key}>
                {title(known)}
              </option>
            ))}
          </select>
          <button
            type="button"
            className="button small aria-pressed:bg-accent-soft aria-pressed:text-accent"
            aria-pressed={chart}
            onClick={() => useRunQuery.setState({ chart: !chart })}
          >
            Chart
          </button>
        </>
      )}
      <span className="text-ink-2 tabular-nums" role="status" data-testid="run-count">
        {count(total)} {total === 1 ? 'run' : 'runs'}
      </span>
      {children}
    </div>
  );
}

/** The heads of the columns: a click sorts by one. */
function Heads({ everywhere }: { readonly everywhere: boolean }) {
  const { order, ascending } = useRunQuery();
  return (
    <div
      className="flex shrink-0 items-center gap-[9px] pb-0.5 pl-[37px] text-xs text-ink-2"
      role="group"
      aria-label="Sort runs"
    >
      {orders.map(({ id, title, look }) => (
        <Fragment key={id}>
          <button
            type="button"
            className={`${look} hover:text-ink`}
            aria-pressed={order === id}
            onClick={() => orderBy(id)}
          >
            {title}
            {order === id ? (ascending ? ' ↑' : ' ↓') : ''}
          </button>
          {id === 'started' ? <span className="run-status">Status</span> : null}
        </Fragment>
      ))}
      <span className="min-w-0 flex-1 truncate">
        {everywhere ? 'File, changes' : <span className="run-changes">Changes</span>}
      </span>
      <span className="run-notes-head">Note and tags</span>
      <span className="run-compare" />
    </div>
  );
}

function Selection(props: { readonly chosen: readonly RunRecord[]; readonly clear: () => void }) {
  const { chosen, clear } = props;
  // The oldest is the baseline.
  const sides = chosen.toSorted((a, b) => a.startedAt - b.startedAt);
  return (
    <p className="flex shrink-0 items-center gap-2 text-ink-2">
      <button
        type="button"
        className="button small"
        disabled={sides.length < 2}
        onClick={() => action('compareSides')(sides.map(({ id }) => ({ run: id })))}
      >
        Compare
      </button>
      {sides.length === 0 ? (
        <span className="run-hint">Select two runs, or up to {mostSides}.</span>
      ) : (
        <span>
          {sides.length === 1 ? 'Select another run.' : `${String(sides.length)} selected.`}
        </span>
      )}
      {sides.length === 0 ? null : (
        <button type="button" className="hover:text-ink hover:underline" onClick={clear}>
          Clear
        </button>
      )}
    </p>
  );
}

/** Runs of the open file or of all, newest first. A click shows one; several can be selected and compared. */
export function PastRuns() {
  const [pages, setPages] = useState(1);
  const { file, runs, changes, total, scores, tags, error, isRead } = useRuns(pages);
  const { everywhere, text, score, chart } = useRunQuery();
  const title = useScoreTitle();
  const open = useDocument((state) => state.file?.path);
  const shown = useRunView((state) => state.run?.runId);
  const newest = useRunView((state) => state.newest);
  const [chosen, setChosen] = useState<readonly RunRecord[]>([]);
  const failure =
    error === undefined ? null : (
      <p className="px-3.5 pb-1.5 text-error" role="alert">
        {problemsOf(error).map(problemText).join(' ')}
      </p>
    );
  if (!isRead) return failure;
  const selected = scores.find(({ key }) => key === score);
  return (
    <div className="@container flex min-h-0 flex-1 flex-col">
      {failure}
      {total === 0 && text === '' && !everywhere ? (
        <p className="flex items-center gap-3 px-3.5 text-ink-2">
          {open === undefined ? 'No graph is open.' : 'No runs yet.'}
          <button
            type="button"
            className="hover:text-ink hover:underline"
            onClick={() => useRunQuery.setState({ everywhere: true })}
          >
            Show the runs of all files
          </button>
        </p>
      ) : (
        <>
          <RunFilter {...{ scores, tags, total }}>
            {total < 2 && chosen.length === 0 ? null : (
              <Selection chosen={chosen} clear={() => setChosen([])} />
            )}
          </RunFilter>
          {chart ? (
            <ScoreCourse
              {...{ file, text, score }}
              title={selected === undefined ? 'Main score' : title(selected)}
            />
          ) : null}
          {runs.length === 0 ? (
            <p className="px-3.5 text-ink-2">No run matches.</p>
          ) : (
            <Heads everywhere={everywhere} />
          )}
          <ol className="min-h-0 flex-1 overflow-auto" aria-label="Runs">
            {runs.map((run) => (
              <RunRow
                key={run.id}
                {...{ run, score, everywhere }}
                changes={changes[run.id]}
                shown={run.id === shown}
                newest={
                  run.file !== open || newest === null || newest === run.id ? undefined : newest
                }
                chosen={chosen.some(({ id }) => id === run.id)}
                full={chosen.length >= mostSides}
                choose={(isChosen) =>
                  setChosen(isChosen ? [...chosen, run] : chosen.filter(({ id }) => id !== run.id))
                }
              />
            ))}
            {runs.length >= total ? null : (
              <li className="px-3.5 py-1.5">
                <button type="button" className="button small" onClick={() => setPages(pages + 1)}>
                  Show more runs
                </button>
              </li>
            )}
          </ol>
        </>
      )}
    </div>
  );
}
