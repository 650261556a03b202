import path from 'node:path';
import { GraphError, type ExperimentEvent, type RunEvent, type RunRecord } from '@graft/graph';
import {
  collectReport,
  markdownReport,
  readReportPage,
  reportPage,
  shownEvent,
  shownExperimentEvent,
  shownRun,
  shownStep,
} from '@graft/web/server';
import type { Workspace } from '@graft/workspace';
import { writeOutFile } from '@graft/workspace/write-out-file';
import { z } from 'zod';
import { exitCode, type ExitCode } from '../exit-code.ts';
import { findRun, open } from '../opened-workspace.ts';
import { print } from '../output.ts';
import { writeOutputs } from '../run-outputs.ts';
import { locateWorkspace } from '../workspace-location.ts';
import { reportFile } from './built-pages.ts';

/** The formats, and what the files end in. */
const endings = { html: '.html', md: '.md', markdown: '.md', bundle: '' } as const;
const optionsSchema = z.object({
  format: z.string(),
  out: z.string().optional(),
  workspace: z.string().optional(),
});

const isFormat = (text: string): text is keyof typeof endings => Object.hasOwn(endings, text);

/** Events read from the journal at a time. */
const eventsAtOnce = 1000;

/** `graft export RUN --format html|md|bundle`; `markdown` is `md`. */
export async function exportRun(name: string, rawOptions: unknown): Promise<ExitCode> {
  const options = optionsSchema.parse(rawOptions);
  const { format } = options;
  if (!isFormat(format)) {
    throw new GraphError(
      'bad-param',
      `--format cannot take "${format}". Choose html, md or bundle.`,
    );
  }
  await using workspace = await open(locateWorkspace(options.workspace));
  const run = await findRun(workspace, name);
  const target = options.out ?? `run-${run.id}${endings[format]}`;
  switch (format) {
    case 'html':
      await writeOutFile(target, await htmlReport(workspace, run));
      break;
    case 'md':
    case 'markdown':
      await writeMarkdown(workspace, run, target);
      break;
    case 'bundle':
      await writeBundle(workspace, run, target);
      break;
  }
  print(target);
  return exitCode.succeeded;
}

/** A file, and beside it a folder with the pictures that it shows, where there are any. */
async function writeMarkdown(workspace: Workspace, run: RunRecord, target: string): Promise<void> {
  const { dir, name } = path.parse(target);
  const folder = `${name}-pictures`;
  const { text, pictures } = markdownReport(await collectReport(workspace, run), folder);
  for (const [file, svg] of pictures) await writeOutFile(path.join(dir, folder, file), svg);
  await writeOutFile(target, text);
}

async function htmlReport(workspace: Workspace, run: RunRecord): Promise<string> {
  const built = await readReportPage(reportFile);
  return reportPage(built, await collectReport(workspace, run));
}

/** A folder that needs no Graft to read: the report, the events, the steps and every output. */
async function writeBundle(workspace: Workspace, run: RunRecord, folder: string): Promise<void> {
  const { root } = workspace;
  const steps = await workspace.journal.steps(run.id);
  const write = (name: string, text: string): Promise<void> =>
    writeOutFile(path.join(folder, name), text);
  await write('report.html', await htmlReport(workspace, run));
  const shown = { ...shownRun(run, root), steps: steps.map((step) => shownStep(step, root)) };
  await write('run.json', `${JSON.stringify(shown, undefined, 2)}\n`);
  const lines: string[] = [];
  for (let after = 0; ;) {
    const events = await eventsAfter(workspace, run, after);
    lines.push(...events.map((event) => `${JSON.stringify(event)}\n`));
    const last = events.at(-1);
    if (last === undefined) break;
    after = last.seq;
  }
  await write('events.ndjson', lines.join(''));
  await writeOutputs(workspace, steps, path.join(folder, 'outputs'));
}

/** The next events of a run, or of a run of an experiment, without folders of this machine. */
async function eventsAfter(
  { journal, root }: Workspace,
  { id, experiment }: RunRecord,
  after: number,
): Promise<readonly (RunEvent | ExperimentEvent)[]> {
  if (experiment === undefined) {
    const events = await journal.events(id, after, eventsAtOnce);
    return events.map((event) => shownEvent(event, root));
  }
  const events = await journal.experimentEvents(id, after, eventsAtOnce);
  return events.map((event) => shownExperimentEvent(event, root));
}
