import { GraphError, parseGraph, usedFiles, type Graph } from '@graft/graph';
import { usedGraphs } from '@graft/view';
import { api } from '../client.ts';
import { problemsOf } from '../problem.ts';

const known = new Map<string, Graph | GraphError>();
/** How often each file has changed: what was asked for before the last time is not what it holds. */
const changes = new Map<string, number>();

async function readLatest(path: string): Promise<Graph | GraphError> {
  for (;;) {
    const before = changes.get(path);
    const found = await readOne(path);
    if (changes.get(path) === before) return found;
  }
}

/** Reads the graph files that a graph uses and that are not here yet, and what they use. */
export async function readUsedGraphs(graph: Graph): Promise<void> {
  const paths = new Set(usedFiles(graph));
  let changed = false;
  // A Set's iteration reaches what is added on the way.
  for (const path of paths) {
    let found = known.get(path);
    if (found === undefined) {
      found = await readLatest(path);
      known.set(path, found);
      changed = true;
    }
    if (!(found instanceof GraphError)) for (const next of usedFiles(found)) paths.add(next);
  }
  if (changed) usedGraphs.setState({ lookup: (path) => known.get(path) });
}

/** A graph file has changed outside: it is read anew when it is asked for. */
export function forgetUsedGraph(path: string): void {
  changes.set(path, (changes.get(path) ?? 0) + 1);
  if (known.delete(path)) usedGraphs.setState({ lookup: (used) => known.get(used) });
}

async function readOne(path: string): Promise<Graph | GraphError> {
  try {
    return parseGraph((await api.graphs.read.query({ path })).text, path);
  } catch (error) {
    if (error instanceof GraphError) return error;
    const [problem] = problemsOf(error);
    return new GraphError('missing-file', problem?.message ?? 'It could not be read.');
  }
}
