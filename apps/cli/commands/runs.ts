import {
  answersMediaType,
  itemsText,
  type RunRecord,
  runScoreText,
  type StepSummary,
  traceSentence,
  usageText,
} from '@graft/graph';
import type { Workspace } from '@graft/workspace';
import { z } from 'zod';
import { exitCode, type ExitCode } from '../exit-code.ts';
import { findRun, open } from '../opened-workspace.ts';
import { print, printJson, oneLine, table } from '../terminal.ts';
import { formatDuration } from '../quantity.ts';
import { compareSteps } from '../run-comparison.ts';
import { experimentSummary } from '../experiment-table.ts';
import { locateWorkspace } from '../workspace-location.ts';

const optionsSchema = z.object({
  json: z.boolean().optional(),
  workspace: z.string().optional(),
  limit: z.coerce.number().int().min(1).max(100_000).default(20),
});

/** `graft runs ls`. */
export async function listRuns(rawOptions: unknown): Promise<ExitCode> {
  const { json = false, workspace: folder, limit } = optionsSchema.parse(rawOptions);
  await using workspace = await open(locateWorkspace(folder));
  const runs = await workspace.journal.list({ parent: null, limit });
  if (json) printJson(runs);
  else if (runs.length === 0) print('Nothing has run in this workspace yet.');
  else print(table(runs.map(runRow)));
  return exitCode.succeeded;
}

/** `graft runs show RUN`. */
export async function showRun(name: string, rawOptions: unknown): Promise<ExitCode> {
  const { json = false, workspace: folder } = optionsSchema.parse(rawOptions);
  await using workspace = await open(locateWorkspace(folder));
  const { run, steps } = await readRun(workspace, name);
  if (run.experiment !== undefined) return await showExperiment(workspace, run, json);
  if (json) printJson({ ...run, steps });
  else {
    print(runRow(run).join('  '));
    if (run.error !== undefined) print(oneLine(run.error, 1000));
    print(table(steps.map(stepRow), [3]));
    for (const line of await lossLines(workspace, run.id, steps)) print(line);
    for (const [path, digest] of Object.entries(run.graphs ?? {}))
      print(`used ${oneLine(path, 200)} as it was then (${digest.slice(0, 12)})`);
  }
  return exitCode.succeeded;
}

/** For each output of answers that are still stored, where the wrong ones were lost. */
async function lossLines(
  { traces, artifacts }: Workspace,
  run: string,
  steps: readonly StepSummary[],
): Promise<string[]> {
  const lines: string[] = [];
  for (const { node, outputs } of steps) {
    for (const answers of Object.values(outputs)) {
      if (answers.mediaType !== answersMediaType || !(await artifacts.has(answers.digest)))
        continue;
      // Rows that are gone or of another version leave the sentence out.
      const summary = await traces.summary({ run, answers }).catch(() => undefined);
      const lost = summary && traceSentence(summary);
      if (lost !== undefined) lines.push(`${node}: ${lost}`);
    }
  }
  return lines;
}

/** The runs of its variants, and the table so far. */
async function showExperiment(
  workspace: Workspace,
  run: RunRecord,
  json: boolean,
): Promise<ExitCode> {
  const variants = await workspace.journal.list({ parent: run.id, limit: 10_000 });
  const made = await workspace.experiments.table(run.id);
  if (json) printJson({ ...run, variants, table: made });
  else {
    print(runRow(run).join('  '));
    if (run.error !== undefined) print(oneLine(run.error, 1000));
    print(table(variants.reverse().map(runRow)));
    print(`\n${experimentSummary(made)}`);
  }
  return exitCode.succeeded;
}

/** `graft runs compare A B`. */
export async function compareRuns(
  before: string,
  after: string,
  rawOptions: unknown,
): Promise<ExitCode> {
  const { json = false, workspace: folder } = optionsSchema.parse(rawOptions);
  await using workspace = await open(locateWorkspace(folder));
  const [a, b] = [await readRun(workspace, before), await readRun(workspace, after)];
  const rows = compareSteps(a.steps, b.steps);
  if (json) printJson({ before: a.run, after: b.run, steps: rows });
  else {
    print(table([runRow(a.run), runRow(b.run)]));
    print('');
    print(
      table(
        rows.map((row) => [
          row.node,
          `${row.before ?? '–'} → ${row.after ?? '–'}`,
          `${formatDuration(row.msBefore)} → ${formatDuration(row.msAfter)}`,
          row.output,
          row.parts
            .map((part) => `${part.name} ${short(part.before)} → ${short(part.after)}`)
            .join(', '),
        ]),
      ),
    );
  }
  return exitCode.succeeded;
}

async function readRun(
  workspace: Workspace,
  name: string,
): Promise<{ run: RunRecord; steps: StepSummary[] }> {
  const run = await findRun(workspace, name);
  return { run, steps: await workspace.journal.steps(run.id) };
}

function short(value: string | undefined): string {
  return oneLine(value ?? '(none)', 24);
}

function runRow(run: RunRecord): string[] {
  const time = run.finishedAt === undefined ? '' : formatDuration(run.finishedAt - run.startedAt);
  const { experiment, variant, seed, scores: [score] = [], tags = [], note = '' } = run;
  const which = [experiment, variant, seed === undefined ? undefined : `seed ${String(seed)}`];
  return [
    ...[run.id, run.status, new Date(run.startedAt).toISOString(), time, run.file],
    which.filter((part) => part !== undefined).join(', '),
    score === undefined ? '' : runScoreText(score),
    [...tags.map((tag) => `#${tag}`), oneLine(note, 80)].filter((part) => part !== '').join(' '),
  ];
}

function stepRow(step: StepSummary): string[] {
  return [
    step.node,
    step.type,
    step.status,
    step.ms > 0 ? formatDuration(step.ms) : '',
    step.device ?? '',
    step.items === undefined ? '' : itemsText(step.items),
    step.remote === undefined ? '' : usageText(step.remote),
    step.error === undefined ? '' : oneLine(step.error.message, 120),
  ];
}
