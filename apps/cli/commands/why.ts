import {
  GraphError,
  itemsText,
  usageText,
  loopType,
  plural,
  resumedText,
  stoppedText,
  suggestion,
  type StepCheckpoints,
  type StepSummary,
} from '@graft/graph';
import { z } from 'zod';
import { exitCode, type ExitCode } from '../exit-code.ts';
import { findRun, open } from '../opened-workspace.ts';
import { print, printJson, oneLine, painter, table } from '../terminal.ts';
import { formatDuration } from '../quantity.ts';
import { locateWorkspace } from '../workspace-location.ts';

const optionsSchema = z.object({ json: z.boolean().optional(), workspace: z.string().optional() });

/** `graft why RUN NODE`. */
export async function why(name: string, node: string, rawOptions: unknown): Promise<ExitCode> {
  const options = optionsSchema.parse(rawOptions);
  await using workspace = await open(locateWorkspace(options.workspace));
  const run = await findRun(workspace, name);
  const nodes = (await workspace.journal.steps(run.id)).map((step) => step.node);
  if (!nodes.includes(node)) {
    const hint = suggestion(node, nodes) || ` It has: ${nodes.join(', ')}.`;
    throw new GraphError('unknown-node', `Run ${run.id} has no node "${node}".${hint}`, {
      location: { file: run.file, node },
    });
  }
  const step = await workspace.runs.why(run.id, node);
  if (options.json === true) printJson(step);
  else explain(step);
  return exitCode.succeeded;
}

function explain(step: StepSummary): void {
  const paint = painter(process.stdout);
  const time = step.ms > 0 ? ` in ${formatDuration(step.ms)}` : '';
  const device = step.device === undefined ? '' : ` on ${step.device}`;
  print(`${paint('bold', step.node)} (${step.type}) ${step.status}${time}${device}`);
  if (step.items !== undefined) print(itemsText(step.items));
  if (step.remote !== undefined) print(`Asked servers: ${usageText(step.remote)}`);
  if (step.error !== undefined) print(oneLine(step.error.message, 1000));
  print(`\n${verdict(step)}`);
  if (step.checkpoints !== undefined) printCheckpoints(step.checkpoints, step.status);
  if (step.reason?.kind === 'changed') {
    print(
      table([
        ['', 'before', 'after'],
        ...step.reason.parts.map(({ name, before, after }) => [
          name,
          oneLine(before ?? '(none)', 60),
          oneLine(after ?? '(none)', 60),
        ]),
      ]),
    );
  }
  if (step.cacheKey === undefined) return;
  print(`\nkey ${step.cacheKey}, made of`);
  print(table((step.parts ?? []).map(({ name, value }) => [`  ${name}`, oneLine(value, 100)])));
}

function printCheckpoints(checkpoints: StepCheckpoints, status: StepSummary['status']): void {
  const stopped = status === 'succeeded' ? '' : stoppedText(checkpoints);
  for (const text of [resumedText(checkpoints.from, 'Continued'), stopped]) {
    if (text !== '') print(text);
  }
}

function verdict(step: StepSummary): string {
  if (step.type === 'input') return 'Its value was given to the run.';
  if (step.type === loopType) return loopVerdict(step);
  if (step.status === 'cached' && step.from !== undefined)
    return `Reused from the package "${step.from}"; it never ran here.`;
  if (step.status === 'cached') return 'Reused: nothing that it depends on has changed.';
  switch (step.reason?.kind) {
    case undefined:
      return 'It did not run.';
    case 'first':
      return 'It ran because this node had not run before.';
    case 'evicted':
      return 'It ran because its earlier result was removed from the cache, or was damaged.';
    case 'unfinished':
      return 'It ran because it did not finish last time.';
    case 'incomplete':
      return `It ran because ${plural(step.reason.failed, 'item')} failed last time. Graft does not keep such a result, but tries again.`;
    case 'volatile':
      return 'It runs every time: its results are never reused.';
    case 'changed':
      return 'It ran because these parts of its key changed:';
  }
}

/** A loop has no key of its own; its steps have. */
function loopVerdict({ node, status }: StepSummary): string {
  if (status === 'cached') return 'All steps of its rounds were reused.';
  if (status === 'succeeded' || status === 'failed') {
    return `Steps of its rounds ran. To see why, name one of them, such as "${node}#1/…".`;
  }
  return 'It did not finish.';
}
