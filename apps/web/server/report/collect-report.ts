import type { RunRecord } from '@graft/graph';
import type { Workspace } from '@graft/workspace';
import { allCells, type Report } from '../../report/report.ts';
import { emptyRun, foldEvent, type RunState } from '../../state/run-state.ts';
import { shownEvent, shownRun } from '../router/shown-paths.ts';
import { outputRows, type RowLimits } from './output-rows.ts';
import { readRanGraphs } from './ran-graphs.ts';
import { reportCells } from './report-cells.ts';

/** Events read from the journal at a time. */
const eventsAtOnce = 1_000;

/** With the page's own scripts and styles below 3 MB. */
const pageLimits: RowLimits = { all: 2_000_000, output: 1_000_000, rows: 1_000, metrics: 5_000 };

/** Reads what a run did and the beginnings of what it gave; nothing of it says where this machine keeps the workspace. */
export async function collectReport(
  workspace: Workspace,
  record: RunRecord,
  limits: RowLimits = pageLimits,
): Promise<Report> {
  const { root, registry } = workspace;
  const recorded = await workspace.runs.steps(record.id);
  const summaries = new Map(recorded.map((step) => [step.node, step]));
  const { cells, leftOut } = reportCells({
    ...{ summaries, registry },
    run: await readRun(workspace, record.id),
    graphs: await readRanGraphs(workspace, record),
  });
  const outputs = allCells(cells).flatMap((cell) => cell.outputs);
  const artifacts = outputs.map(({ artifact }) => artifact);
  const { id, file, status, startedAt, finishedAt, error, variant } = shownRun(record, root);
  const steps = [...summaries.values()];
  return {
    title: titleOf(file),
    run: {
      ...{ id, file, status, startedAt },
      ...(finishedAt === undefined ? {} : { finishedAt }),
      ...(error === undefined ? {} : { error }),
      ...(variant === undefined ? {} : { variant }),
    },
    devices: distinct(steps.map(({ device }) => device ?? 'auto')).filter((one) => one !== 'auto'),
    engines: distinct(
      steps.flatMap(({ parts = [] }) =>
        parts.flatMap(({ name, value }) =>
          name.startsWith('engine.') ? `${name.slice('engine.'.length)} ${value}` : [],
        ),
      ),
    ),
    ...{ cells, leftOut },
    rows: await outputRows(workspace, artifacts, limits),
  };
}

const distinct = (texts: readonly string[]): readonly string[] => [...new Set(texts)].sort();

function titleOf(file: string): string {
  return (file.split('/').at(-1) ?? file).replace(/\.graft\.json$/, '');
}

async function readRun({ root, runs }: Workspace, id: string): Promise<RunState> {
  let run = emptyRun(id);
  for (let after = 0; ;) {
    const events = await runs.events(id, after, eventsAtOnce);
    const last = events.at(-1);
    if (last === undefined) return run;
    run = events.reduce((folded, event) => foldEvent(folded, shownEvent(event, root)), run);
    after = last.seq;
  }
}
