import type { Problem } from '../base/errors.ts';
import type { Graph } from '../format/graph.ts';
import { resolveGraph, type ResolveContext } from './resolve-graph.ts';

/**
 * Every problem of a graph, each located; empty for one that can run. Nodes of unknown types are
 * placeholders: they are reported, and the rest is still checked. Never throws.
 */
export function validateGraph(
  graph: Graph,
  registry: ResolveContext['registry'],
  options: { readonly models: ResolveContext['models']; readonly file?: string },
): readonly Problem[] {
  return resolveGraph(graph, { registry, ...options }).problems;
}
