import { leftText, plural, upperCostText } from '@graft/graph';
import type { PlannedStep, PlanReport } from '@graft/workspace';
import { z } from 'zod';
import { exitCode, type ExitCode } from '../exit-code.ts';
import { readInputs } from '../input-text.ts';
import { open, openGraph } from '../opened-workspace.ts';
import { print, printJson, table } from '../terminal.ts';
import { printDrift, printProblems, printWarnings } from '../problem-report.ts';
import { reasonText } from '../progress/step-line.ts';
import { formatDuration } from '../quantity.ts';

const optionsSchema = z.object({
  set: z.array(z.string()),
  input: z.array(z.string()),
  output: z.array(z.string()),
  only: z.string().optional(),
  device: z.string().optional(),
  locked: z.boolean().optional(),
  json: z.boolean().optional(),
  workspace: z.string().optional(),
});

const verdicts = { hit: 'reuse', miss: 'run', unknown: 'run, or reuse' } as const;

/** `graft plan FILE`: nothing runs. */
export async function plan(file: string, rawOptions: unknown): Promise<ExitCode> {
  const options = optionsSchema.parse(rawOptions);
  const opened = await openGraph(file, options);
  const inputs = await readInputs(options.input);
  await using workspace = await open(opened.root);
  const report = await workspace.runs.explain(opened.graph, opened.file, {
    inputs,
    outputs: options.output,
    ...(options.only === undefined ? {} : { only: options.only }),
    ...(options.device === undefined ? {} : { device: options.device }),
    ...(options.locked === undefined ? {} : { locked: options.locked }),
  });
  if (options.json === true) printJson(report);
  else {
    const rows = report.nodes.map((step) => [
      step.node,
      step.type,
      verdicts[step.verdict],
      step.estimatedMs === undefined ? '' : formatDuration(step.estimatedMs),
      why(step),
    ]);
    if (rows.length > 0) print(table(rows));
    const time = timeText(report);
    // Without a plan there are no counts to print.
    const isPlan = rows.length > 0 || report.problems.length === 0;
    if (isPlan) print(`${report.reused} reused, ${report.toRun} to run${time}${costText(report)}`);
  }
  printDrift(report.drift ?? [], opened.file);
  printWarnings(report.warnings ?? []);
  printProblems(report.problems);
  return report.problems.length === 0 ? exitCode.succeeded : exitCode.badInput;
}

/** The time that the nodes took last; `over` if some of it is unknown. */
function timeText({ nodes, estimatedMs }: PlanReport): string {
  if (estimatedMs === undefined) return '';
  const known = nodes.every((step) => step.verdict === 'hit' || step.estimatedMs !== undefined);
  const time = formatDuration(estimatedMs);
  return known ? `, ${time} the last time` : `, over ${time}`;
}

function costText(report: PlanReport): string {
  const text = upperCostText(report);
  return text === '' ? '' : `, ${text}`;
}

function why(step: PlannedStep): string {
  if (step.reason !== undefined) {
    const left = step.checkpoint === undefined ? '' : leftText(step.checkpoint);
    return [reasonText(step.reason), left].filter((text) => text !== '').join('. ');
  }
  if (step.from !== undefined) return `from ${step.from}`;
  if (step.verdict !== 'unknown') return '';
  return step.rounds === undefined ? 'known after its inputs have run' : roundsText(step.rounds);
}

function roundsText({ known, limit }: NonNullable<PlannedStep['rounds']>): string {
  const most = `up to ${plural(limit, 'round')}`;
  return known === 0 ? most : `${most}; known up to round ${String(known)}`;
}
