import path from 'node:path';
import type { UnpackReport, Workspace } from '@graft/workspace';
import { parseGraph, plural } from '@graft/graph';
import { z } from 'zod';
import { exitCode, type ExitCode } from '../exit-code.ts';
import { open } from '../opened-workspace.ts';
import { print } from '../terminal.ts';
import { printProblems } from '../problem-report.ts';
import { formatBytes } from '../quantity.ts';
import { locateOrHere } from '../workspace-location.ts';

const optionsSchema = z.object({
  trust: z.boolean().optional(),
  json: z.boolean().optional(),
  workspace: z.string().optional(),
});

/** `graft unpack X.graft.zip`. Prints what the graph still needs to run and how to get it; that is no failure. */
export async function unpack(archive: string, rawOptions: unknown): Promise<ExitCode> {
  const options = optionsSchema.parse(rawOptions);
  await using workspace = await open(locateOrHere(options.workspace));
  const report = await workspace.packages.unpack(path.resolve(archive), archive);
  const trusted =
    options.trust === true ? await workspace.packages.trust(report.package.id) : report.package;
  const outcome = { ...report, package: trusted };
  if (options.json === true) print(JSON.stringify(outcome));
  else await printReport(workspace, outcome);
  return exitCode.succeeded;
}

async function printReport(workspace: Workspace, report: UnpackReport): Promise<void> {
  for (const file of report.written) print(`  ${file}`);
  if (report.present.length > 0)
    print(`  ${plural(report.present.length, 'file')} already there and equal`);
  for (const model of report.models) print(`  model ${model}`);
  if (report.results > 0) {
    print(`  results of ${plural(report.results, 'step')}, marked "from ${report.package.name}"`);
  }
  const { id, held, trusted } = report.package;
  if (report.results > 0 && held === true && !trusted) {
    printNote(
      `${report.graph} existed before, so Graft does not use these results for it. If you trust the sender, run "graft packages trust ${id}".`,
    );
  }
  if (report.unread > 0) {
    printNote(
      `Skipped ${plural(report.unread, 'result')} of the package that Graft cannot read. A run computes them again.`,
    );
  }
  printProblems(report.refused);
  const { text } = await workspace.graphs.read(report.graph);
  const plan = await workspace.runs.explain(parseGraph(text, report.graph), report.graph);
  printProblems(plan.problems);
  if (plan.problems.some(({ code }) => code === 'missing-file')) {
    printNote('Put these files there, or ask for a package made with --data.');
  }
  for (const each of plan.drift ?? []) printNote(each.message);
  if (plan.problems.length === 0) {
    print(
      `${report.graph}: ${plural(plan.reused, 'step')} with a result, ${String(plan.toRun)} would run`,
    );
  }
  for (const { id, size } of report.missingModels) {
    print(
      `note: the model "${id}" (${formatBytes(size)}) is neither here nor in the package. A step that needs it downloads it. Without network, ask for a package made with --models, or add its file with "graft models import PATH".`,
    );
  }
}

/** For people, beside the output for programs. */
function printNote(text: string): void {
  process.stderr.write(`note: ${text}\n`);
}
