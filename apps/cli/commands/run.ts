import { GraphError, type PortAliases, type RunEvent, type StepSummary } from '@graft/graph';
import { z } from 'zod';
import { exitCodeOfRun, type ExitCode } from '../exit-code.ts';
import { readInputs } from '../input-text.ts';
import { cancelOnInterrupt, print, oneLine, painter } from '../terminal.ts';
import { open, openGraph, tellOutages } from '../opened-workspace.ts';
import { printDrift, printProblems, type ShownProblem } from '../problem-report.ts';
import { formatDuration } from '../quantity.ts';
import { pullMissing, tellMissing } from '../missing-models.ts';
import { LiveView } from '../progress/live-view.ts';
import { PlainView } from '../progress/plain-view.ts';

const optionsSchema = z.object({
  set: z.array(z.string()),
  input: z.array(z.string()),
  output: z.array(z.string()),
  only: z.string().optional(),
  json: z.boolean().optional(),
  out: z.string().optional(),
  device: z.string().optional(),
  locked: z.boolean().optional(),
  pull: z.boolean().optional(),
  workspace: z.string().optional(),
});

type RunEnd = Extract<RunEvent, { type: 'run.finished' }>;

/** `graft run FILE`. */
export async function run(file: string, rawOptions: unknown): Promise<ExitCode> {
  const options = optionsSchema.parse(rawOptions);
  const opened = await openGraph(file, options);
  const inputs = await readInputs(options.input);
  await using workspace = await open(opened.root);
  if (options.pull === true) await pullMissing(workspace, opened);
  const starting = workspace.runs.start(opened.graph, opened.file, {
    inputs,
    outputs: options.output,
    ...(options.only === undefined ? {} : { only: options.only }),
    ...(options.device === undefined ? {} : { device: options.device }),
    ...(options.locked === undefined ? {} : { locked: options.locked }),
    ...(options.set.length === 0 ? {} : { settings: { set: options.set } }),
    ...(opened.revision === undefined ? {} : { revision: opened.revision }),
  });
  const handle = await starting.catch(async (error: unknown) => {
    const { problems } = GraphError.from(error);
    if (problems.some(({ code }) => code === 'bad-model')) await tellMissing(workspace, opened);
    throw error;
  });
  printDrift(handle.drift, opened.file);
  const release = cancelOnInterrupt(() => handle.cancel());
  const view = progressView(process.stderr);
  const untold = tellOutages(workspace, (line) => view.tell(line));
  let aliases: PortAliases | undefined;
  try {
    for await (const event of workspace.runs.events(
      handle.runId,
      0,
      new AbortController().signal,
    )) {
      if (options.json === true) print(JSON.stringify(event));
      view.show(event);
      if (event.type === 'run.started') aliases = event.aliases;
    }
  } finally {
    untold();
    view.close();
    release();
  }
  const end = await handle.finished;
  const steps = await workspace.journal.steps(handle.runId);
  if (options.out !== undefined) {
    const { writeOutputs } = await import('../run-outputs.ts');
    await writeOutputs(workspace, steps, options.out);
  }
  if (options.json === true) {
    // The events have been printed.
  } else if (options.output.length > 0) {
    const { printOutputs } = await import('../print-outputs.ts');
    await printOutputs(workspace, { outputs: options.output, opened, steps, aliases });
  } else printSummary(end, steps);
  printProblems(problemsOf(end));
  return exitCodeOfRun(end);
}

/** The problems of the steps; else what kept the run from starting. */
function problemsOf(end: RunEnd): readonly ShownProblem[] {
  const failed = end.steps.map((step) => step.error).filter((error) => error !== undefined);
  if (failed.length > 0) return failed;
  return end.error === undefined ? [] : [end.error];
}

function printSummary(end: RunEnd, steps: readonly StepSummary[]): void {
  const paint = painter(process.stdout);
  const count = (status: StepSummary['status']): number =>
    steps.filter((step) => step.status === status).length;
  const parts = (['succeeded', 'cached', 'failed', 'skipped', 'cancelled'] as const)
    .map((status) => [status, count(status)] as const)
    .filter(([, number]) => number > 0)
    .map(([status, number]) => `${number} ${status}`);
  for (const [node, ports] of Object.entries(end.outputs)) {
    for (const [port, { digest, preview }] of Object.entries(ports)) {
      const name = paint('bold', `${node}.${port}`);
      print(`${name} ${paint('dim', digest.slice(0, 12))}  ${oneLine(preview, 100)}`);
    }
  }
  print(`${end.status} in ${formatDuration(end.ms)}: ${parts.join(', ')}  (run ${end.runId})`);
}

/** Shows the progress of a run on standard error. */
export interface ProgressView {
  show(event: RunEvent): void;
  /** Shows a line that belongs to no step. */
  tell(text: string): void;
  /** Ends the current line. */
  close(): void;
}

/** Bars on a terminal, plain lines otherwise. */
function progressView(stream: NodeJS.WriteStream): ProgressView {
  return stream.isTTY ? new LiveView(stream) : new PlainView(stream);
}
