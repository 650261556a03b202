import { missingInputs, runApp, useApp } from './app-store.ts';
import { graphFunction } from '../../api/graphs/graph-function.ts';

/** Runs the open graph with what the form holds; not where something is missing, which the form says. */
export async function runForm(): Promise<void> {
  const graph = graphFunction();
  if (graph === undefined || missingInputs(graph, useApp.getState().texts).length > 0) return;
  await runApp(graph);
}
