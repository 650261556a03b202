import { own } from '../base/record.ts';
import type { Graph, GraphBody, GraphNode } from './graph.ts';

/** The graph that a node names as the one that it uses, as it is written; undefined for nodes of other types. */
export function usedGraph({ type, params }: GraphNode): string | undefined {
  const use = type === 'graph' || type === 'repeat' ? own(params, 'use') : undefined;
  return typeof use === 'string' ? use : undefined;
}

/** Paths of the graph files that a document uses, each once: those named by nodes of any of its bodies. */
export function usedFiles(graph: Graph): readonly string[] {
  const used = new Set<string>();
  const bodies: readonly GraphBody[] = [graph, ...Object.values(graph.graphs ?? {})];
  for (const { nodes } of bodies) {
    for (const node of Object.values(nodes)) {
      const use = usedGraph(node) ?? '';
      if (use !== '' && !use.startsWith('#')) used.add(use);
    }
  }
  return [...used];
}
