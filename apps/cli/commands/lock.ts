import { parseGraph, serializeGraph } from '@graft/graph';
import { z } from 'zod';
import { exitCode, type ExitCode } from '../exit-code.ts';
import { open } from '../opened-workspace.ts';
import { print } from '../output.ts';
import { locateGraph } from '../workspace-location.ts';

const optionsSchema = z.object({ workspace: z.string().optional() });

/** `graft lock FILE`: writes one digest for each model and each source of files into the graph, as they are now. */
export async function lock(file: string, rawOptions: unknown): Promise<ExitCode> {
  const options = optionsSchema.parse(rawOptions);
  const located = await locateGraph(file, options.workspace);
  await using workspace = await open(located.root);
  // The very text of the revision that the save is based on.
  const { text: written, revision } = await workspace.readGraph(located.path);
  const graph = parseGraph(written, file);
  // What is wrong with the graph is said first: its lock would lack sources.
  await workspace.plan(graph, located.path);
  const taken = await workspace.lockOf(graph, located.path);
  const text = serializeGraph({ ...graph, lock: taken });
  await workspace.saveGraph(located.path, text, revision);
  const [models, files] = [taken.models, taken.files].map((each) => Object.keys(each).length);
  print(
    `${located.path} is locked to ${String(models)} models and ${String(files)} sources of files.`,
  );
  return exitCode.succeeded;
}
