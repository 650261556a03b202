import { inMetricWords } from '@graft/graph';
import { clock, duration } from '@graft/nodes/kit/ui';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { queries } from '../../api/client.ts';
import { refusalOf } from '../../api/problem.ts';
import { CloseIcon } from '../../kit/icons.tsx';
import { useDocument, useRunView, useScreen } from '../../kit/stores.ts';
import {
  followComparePlace,
  onlyOutput,
  showInComparison,
  useComparePlace,
} from './compare-place.ts';
import {
  comparedOutputs,
  type ComparedRun,
  type Comparison,
  letterOf,
  type NamedOutput,
  outputName,
  outputOf,
} from '@graft/view';
import { NodeTitle, sideName } from './side-labels.tsx';
import { Overview } from './overview.tsx';
import { RowFeed } from './row-feed.tsx';

const leave = (): void => useScreen.getState().look('canvas');

const tones: Readonly<Partial<Record<string, string>>> = { failed: 'bad', running: 'working' };

/** Shows a past run on the canvas, if it belongs to the open file. */
function showRun({ id }: ComparedRun): void {
  useRunView.getState().lookBack(id);
  useScreen.getState().show({ bottomTab: 'run' });
  leave();
}

function SideHead(props: {
  readonly run: ComparedRun;
  readonly side: number;
  /** All sides are nodes of one run, so its time is not shown. */
  readonly isOneRun: boolean;
}) {
  const { run, side, isOneRun } = props;
  const { status, startedAt, finishedAt, file } = run;
  const open = useDocument((state) => state.file?.path);
  const name = isOneRun ? (run.nodeTitle ?? sideName(run)) : sideName(run);
  const words = [
    ...(run.variant === undefined ? [] : [clock(startedAt)]),
    ...(finishedAt === undefined || isOneRun ? [] : [duration(finishedAt - startedAt)]),
  ];
  return (
    <li className="compare-side">
      <span className="side-letter">{letterOf(side)}</span>
      {file === open && run.variant === undefined ? (
        <button
          type="button"
          className="min-w-0 truncate font-[550] hover:underline"
          title={`${name}: show it on the canvas`}
          onClick={() => showRun(run)}
        >
          {name}
        </button>
      ) : (
        <span className="min-w-0 truncate font-[550]" title={`${name} of ${file}`}>
          {name}
        </span>
      )}
      {status === 'succeeded' ? null : (
        <span className="chip" data-tone={tones[status]}>
          {status}
        </span>
      )}
      <span className="shrink-0 text-sm text-ink-2 tabular-nums">{words.join(' · ')}</span>
    </li>
  );
}

function Toolbar({ runs }: { readonly runs: readonly ComparedRun[] }) {
  const { all, sides } = useComparePlace();
  const isOneRun = new Set(runs.map(({ id }) => id)).size === 1;
  return (
    <header className="compare-bar">
      <h1 className="shrink-0 font-[620]">Compare</h1>
      <ol className="flex min-w-0 flex-1 gap-2" aria-label="Sides">
        {runs.map((run, side) => (
          <SideHead key={`${run.id} ${run.node ?? ''}`} {...{ run, side, isOneRun }} />
        ))}
      </ol>
      <button
        type="button"
        className="button small"
        title="Compare with the next side instead"
        onClick={() => showInComparison({ sides: [...sides.slice(1), ...sides.slice(0, 1)] })}
      >
        {sides.length === 2 ? 'Swap' : 'Rotate'}
      </button>
      <label className="flex shrink-0 items-center gap-1.5">
        <input
          type="checkbox"
          checked={!all}
          onChange={({ target }) => showInComparison({ all: !target.checked })}
        />
        Only differences
      </label>
      <button
        type="button"
        className="icon-button"
        aria-label="Close"
        title="Close (Esc)"
        onClick={leave}
      >
        <CloseIcon />
      </button>
    </header>
  );
}

/** The output that the comparison shows; undefined: the overview. */
function shownOutput({ nodes }: Comparison, name: string | undefined): NamedOutput | undefined {
  if (name !== onlyOutput) return outputOf(nodes, name);
  const [only, ...others] = comparedOutputs(nodes);
  return others.length === 0 ? only : undefined;
}

/** The overview, and the outputs with compared rows. */
function Rail(props: {
  readonly comparison: Comparison;
  readonly shown: NamedOutput | undefined;
  readonly all: boolean;
}) {
  const { comparison, shown, all } = props;
  const current = shown === undefined ? undefined : outputName(shown.node, shown.output);
  const outputs = comparedOutputs(comparison.nodes).filter(
    ({ node, output }) => all || output.differs || outputName(node, output) === current,
  );
  return (
    <nav aria-label="Outputs" className="compare-rail">
      <button
        type="button"
        className="outline-entry"
        aria-current={current === undefined}
        onClick={() => showInComparison({ output: undefined, turned: undefined })}
      >
        Overview
      </button>
      <h2 className="quiet-heading pt-4">{all ? 'Outputs' : 'Outputs that differ'}</h2>
      {outputs.length === 0 ? <p className="px-2 text-sm text-ink-2">None.</p> : null}
      <ul>
        {outputs.map(({ node, output }) => {
          const name = outputName(node, output);
          return (
            <li key={name}>
              <button
                type="button"
                className="outline-entry compare-output"
                aria-current={name === current}
                onClick={() => showInComparison({ output: name, turned: undefined })}
              >
                <NodeTitle node={node} />
                <span className="truncate text-sm">
                  {output.port}
                  {output.differs ? '' : ', same'}
                </span>
              </button>
            </li>
          );
        })}
      </ul>
    </nav>
  );
}

/** Escape goes back to the canvas unless a dialog is open. */
function useEscape(): void {
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      if (event.key !== 'Escape' || event.defaultPrevented) return;
      if (document.querySelector('dialog[open], [role="menu"]') !== null) return;
      leave();
    };
    window.addEventListener('keydown', press);
    return () => window.removeEventListener('keydown', press);
  }, []);
}

/** A comparison belongs to the open file: opening another file closes it. */
function useOwnFile(): void {
  const path = useDocument((state) => state.file?.path);
  const began = useRef(path);
  useEffect(() => {
    if (began.current !== undefined && path !== began.current) leave();
    began.current = path;
  }, [path]);
}

/** Runs, or nodes of them, side by side. */
export function CompareView() {
  useEffect(followComparePlace, []);
  useEscape();
  useOwnFile();
  const { sides, output, all } = useComparePlace();
  const enabled = sides.length > 1;
  const input = { sides: [...sides] };
  // A run in progress adds results.
  const { data, error } = useQuery(
    queries.compare.overview.queryOptions(input, { enabled, staleTime: 0 }),
  );
  const titleOf = (path: string): string =>
    data?.nodes.find((node) => node.path === path)?.title ?? path;
  const metrics = useQuery(
    queries.compare.metrics.queryOptions(input, {
      ...{ enabled, staleTime: 0 },
      select: (table) => (table === null ? null : inMetricWords(table, titleOf)),
    }),
  );
  if (!enabled || error !== null) {
    return (
      <main className="compare-page">
        <div className="p-6">
          <p className="mb-3 whitespace-pre-line" role="alert">
            {error === null
              ? 'This address does not name two runs to compare. Select two under “All runs”, below the canvas.'
              : refusalOf(error)}
          </p>
          <button type="button" className="button" onClick={leave}>
            Back to the canvas
          </button>
        </div>
      </main>
    );
  }
  if (data === undefined) return <main className="compare-page" aria-busy />;
  const shown = shownOutput(data, output);
  return (
    <main className="compare-page">
      <Toolbar runs={data.runs} />
      <div className="compare-columns">
        <Rail comparison={data} shown={shown} all={all} />
        {shown === undefined ? (
          <Overview
            comparison={data}
            metrics={{ table: metrics.data, error: metrics.error }}
            all={all}
          />
        ) : (
          <RowFeed key={outputName(shown.node, shown.output)} {...shown} />
        )}
      </div>
    </main>
  );
}
