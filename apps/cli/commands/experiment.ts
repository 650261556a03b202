import {
  countVariants,
  experimentWords,
  inMetricWords,
  plural,
  verdictWords,
  type Experiment,
  type Graph,
} from '@graft/graph';
import { writeOutFile } from '@graft/workspace/write-out-file';
import { z } from 'zod';
import { exitCode, exitCodeOfRun, type ExitCode } from '../exit-code.ts';
import { cancelOnInterrupt, print, printJson, table } from '../terminal.ts';
import { open, openGraph, tellOutages } from '../opened-workspace.ts';
import { printProblems } from '../problem-report.ts';
import { ExperimentView } from '../progress/experiment-view.ts';
import { formatDuration } from '../quantity.ts';
import { experimentSummary, tableWriter } from '../experiment-table.ts';

const optionsSchema = z.object({
  json: z.boolean().optional(),
  out: z.string().optional(),
  locked: z.boolean().optional(),
  device: z.string().optional(),
  workspace: z.string().optional(),
});
const argumentsSchema = z.object({ file: z.string(), name: z.string().optional() });

/** `graft experiment FILE [NAME]`. */
export async function experiment(rawArguments: unknown, rawOptions: unknown): Promise<ExitCode> {
  const { file, name } = argumentsSchema.parse(rawArguments);
  const options = optionsSchema.parse(rawOptions);
  const opened = await openGraph(file, { ...options, set: [] });
  if (name === undefined) return list(opened.graph, options.json === true);
  const write = options.out === undefined ? undefined : tableWriter(options.out);

  await using workspace = await open(opened.root);
  const handle = await workspace.experiments.start(opened.graph, opened.file, {
    name,
    ...(options.locked === undefined ? {} : { locked: options.locked }),
    ...(options.device === undefined ? {} : { device: options.device }),
  });
  const release = cancelOnInterrupt(() => handle.cancel());
  const view = new ExperimentView(process.stderr);
  const untold = tellOutages(workspace, (line) => view.tell(line));
  try {
    const never = new AbortController().signal;
    for await (const event of workspace.experiments.events(handle.runId, 0, never)) {
      if (options.json === true) print(JSON.stringify(event));
      view.show(event);
    }
  } finally {
    untold();
    release();
  }
  const end = await handle.finished;
  const typeOf = ({ type }: { readonly type: string }) => workspace.registry.get(type);
  const { settings } = experimentWords(opened.graph, name, typeOf);
  const verdict = verdictWords(inMetricWords(end.table), settings);
  if (options.json !== true) {
    print(experimentSummary(end.table, verdict));
    print(`${end.status} in ${formatDuration(end.ms)}  (run ${end.runId})`);
  }
  if (write !== undefined && options.out !== undefined) {
    await writeOutFile(options.out, write(end.table, verdict));
  }
  if (end.error !== undefined) printProblems([end.error]);
  return exitCodeOfRun(end);
}

function list(graph: Graph, json: boolean): ExitCode {
  const all = Object.entries(graph.experiments ?? {});
  if (json) {
    printJson(
      all.map(([name, experiment]) => ({ name, ...countVariants(experiment), ...experiment })),
    );
  } else if (all.length === 0) {
    print('The file has no experiments. Add one under "experiments", by name.');
  } else {
    print(
      table(
        all.map(([name, experiment]) => [
          name,
          extent(experiment),
          (experiment.metrics ?? []).join(', '),
          experiment.doc ?? '',
        ]),
      ),
    );
  }
  return exitCode.succeeded;
}

function extent(experiment: Experiment): string {
  const { variants, repeats } = countVariants(experiment);
  const times = repeats === 1 ? '' : ` × ${String(repeats)} seeds`;
  return `${plural(variants, 'variant')}${times}`;
}
