import {
  GraphError,
  keepReference,
  parseGraph,
  plural,
  serializeGraph,
  takeReference,
  type Graph,
} from '@graft/graph';
import type { Workspace } from '@graft/workspace';
import { z } from 'zod';
import { exitCode, type ExitCode } from '../exit-code.ts';
import { open, usedGraphs } from '../opened-workspace.ts';
import { print } from '../terminal.ts';
import { locateGraph } from '../workspace-location.ts';

const optionsSchema = z.object({
  take: z.array(z.string()),
  keep: z.array(z.string()),
  workspace: z.string().optional(),
});
type Options = z.infer<typeof optionsSchema>;

/**
 * `graft lock FILE`: writes a digest of every model, source of files and used graph into the graph. With `--take` and
 * `--keep`, only for the named graphs: their new digest, or the old one.
 */
export async function lock(file: string, rawOptions: unknown): Promise<ExitCode> {
  const options = optionsSchema.parse(rawOptions);
  const located = await locateGraph(file, options.workspace);
  await using workspace = await open(located.root);
  // The text of the revision that the save is based on.
  const { text: written, revision } = await workspace.graphs.read(located.path);
  const graph = parseGraph(written, file);
  const single = options.take.length > 0 || options.keep.length > 0;
  const next = single
    ? await withReferences(workspace, { graph, path: located.path }, options)
    : await withAll(workspace, graph, located.path);
  await workspace.graphs.save(located.path, serializeGraph(next), revision);
  if (single) {
    for (const path of options.take) print(`${located.path} is locked to the present ${path}.`);
    for (const path of options.keep) print(`${located.path} now has a copy of the locked ${path}.`);
    return exitCode.succeeded;
  }
  const { models, files, graphs } = next.lock;
  const counted = (each: object, noun: string): string => plural(Object.keys(each).length, noun);
  print(
    `${located.path} is locked to ${counted(models, 'model')}, ${counted(files, 'source')} of files and ${counted(graphs, 'graph file')}.`,
  );
  return exitCode.succeeded;
}

async function withAll(workspace: Workspace, graph: Graph, path: string): Promise<Graph> {
  // Problems come first: without their sources, the lock would be incomplete.
  await workspace.plans.plan(graph, path);
  return { ...graph, lock: await workspace.locks.taken(graph, path) };
}

async function withReferences(
  workspace: Workspace,
  { graph, path: file }: { readonly graph: Graph; readonly path: string },
  { take, keep }: Options,
): Promise<Graph> {
  const both = take.find((path) => keep.includes(path));
  if (both !== undefined) {
    const message = `"${both}" is in both --take and --keep. Choose one.`;
    throw new GraphError('bad-input', message);
  }
  const context = { graphs: await usedGraphs(graph, workspace.root), file };
  let next = graph;
  for (const path of take) next = takeReference(next, path, context);
  for (const path of keep) {
    const locked = next.lock.graphs[path]?.digest;
    if (locked === undefined) throw notLocked(path);
    next = keepReference(next, { path, kept: await workspace.keptGraphs.require(locked) }, context);
  }
  return next;
}

function notLocked(path: string): GraphError {
  return new GraphError('bad-input', `The lock does not list the graph file "${path}".`);
}
