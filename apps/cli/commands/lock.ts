import { serializeGraph } from '@graft/graph';
import { z } from 'zod';
import { exitCode, type ExitCode } from '../exit-code.ts';
import { open, openGraph } from '../opened-workspace.ts';
import { print } from '../output.ts';

const optionsSchema = z.object({ workspace: z.string().optional() });

/** `graft lock FILE`: writes one digest for each model and each source of files into the graph, as they are now. */
export async function lock(file: string, rawOptions: unknown): Promise<ExitCode> {
  const options = optionsSchema.parse(rawOptions);
  const opened = await openGraph(file, { ...options, set: [] });
  await using workspace = await open(opened.root);
  const { revision } = await workspace.readGraph(opened.file);
  // What is wrong with the graph is said first: its lock would lack sources.
  await workspace.plan(opened.graph, opened.file);
  const taken = await workspace.lockOf(opened.graph, opened.file);
  const text = serializeGraph({ ...opened.graph, lock: taken });
  await workspace.saveGraph(opened.file, text, revision);
  const [models, files] = [taken.models, taken.files].map((each) => Object.keys(each).length);
  print(
    `${opened.file} is locked to ${String(models)} models and ${String(files)} sources of files.`,
  );
  return exitCode.succeeded;
}
