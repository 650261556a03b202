import type { Problem } from '../base/errors.ts';
import type { Graph } from '../format/graph.ts';
import { resolveGraph, unusedProblems } from './resolve-graph.ts';
import type { ResolveContext } from './graph-library.ts';

/**
 * Every problem of a graph, each located; empty for one that can run. Nodes of unknown types are
 * placeholders: they are reported, and the rest is still checked. What the graph takes from outside counts as given.
 * Never throws.
 */
export function validateGraph(
  graph: Graph,
  registry: ResolveContext['registry'],
  options: Pick<ResolveContext, 'models' | 'file' | 'graphs'>,
): readonly Problem[] {
  const context = { registry, ...options };
  return [...resolveGraph(graph, context).problems, ...unusedProblems(graph, context)];
}
