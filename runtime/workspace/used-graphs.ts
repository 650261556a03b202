import { GraphError, parseGraph, usedFiles, type Graph, type GraphLookup } from '@graft/graph';
import type { GraphFiles } from './graph-files.ts';

/** Files that one graph may use, with those that these use. */
const maxFiles = 1000;

/**
 * Reads the graph files that a graph uses, and those that these use. What cannot be read is an error under its path, for
 * the plan to locate. Paths are below the workspace; only graph files, in no hidden folder, and no link leads out.
 */
export async function readUsedGraphs(
  graph: Graph,
  files: Pick<GraphFiles, 'read'>,
): Promise<GraphLookup> {
  const read = new Map<string, Graph | GraphError>();
  const paths = new Set(usedFiles(graph));
  // A Set's iteration reaches what is added on the way.
  for (const path of paths) {
    const found =
      read.size < maxFiles
        ? await readOne(path, files)
        : new GraphError('too-large', `A graph may use ${String(maxFiles)} files. Use fewer.`);
    read.set(path, found);
    if (!(found instanceof GraphError)) for (const next of usedFiles(found)) paths.add(next);
  }
  return (path) => read.get(path);
}

async function readOne(path: string, files: Pick<GraphFiles, 'read'>): Promise<Graph | GraphError> {
  try {
    const file = await files.read(path);
    if (file.path !== path) {
      return new GraphError('bad-param', `Write its path as "${file.path}".`);
    }
    return parseGraph(file.text, file.path);
  } catch (error) {
    return GraphError.from(error);
  }
}
