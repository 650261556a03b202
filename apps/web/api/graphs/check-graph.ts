import { sameJson, validateGraph, type Graph, type Problem } from '@graft/graph';
import { checks, Latest, nodeTypes, noModels, usedGraphs } from '@graft/view';
import { readUsedGraphs } from './used-graphs.ts';

/** What keeps a graph from running, as far as it can be told here. */
export async function findProblems(graph: Graph): Promise<readonly Problem[]> {
  // A file that has not been read yet would seem to be missing.
  await readUsedGraphs(graph);
  const { models } = checks.getState();
  const graphs = usedGraphs.getState().lookup;
  const all = validateGraph(graph, nodeTypes(), { models, graphs });
  // Without the catalogue every model would seem unknown.
  return models === noModels ? all.filter(({ code }) => code !== 'bad-model') : all;
}

const asked = new Latest();

/** Validates types, params and facets here, without asking the server. */
export async function checkGraph(graph: Graph): Promise<void> {
  const signal = asked.ask();
  const problems = await findProblems(graph);
  if (signal.aborted) return;
  // The same list stays while nothing in it changes: much is found by it.
  if (!sameJson(problems, checks.getState().problems)) checks.setState({ problems });
}

const none: readonly Problem[] = [];

/** Forgets what was found. */
export function clearChecks(): void {
  asked.drop();
  checks.setState({ problems: none });
}
