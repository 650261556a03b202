import { own } from '../base/record.ts';
import type { Graph, GraphBody } from './graph.ts';

/** Paths of the graph files that a document uses, each once: those named by its `graph` nodes, in any of its bodies. */
export function usedFiles(graph: Graph): readonly string[] {
  const used = new Set<string>();
  const bodies: readonly GraphBody[] = [graph, ...Object.values(graph.graphs ?? {})];
  for (const { nodes } of bodies) {
    for (const id of Object.keys(nodes)) {
      const node = own(nodes, id);
      const use = node?.type === 'graph' ? own(node.params, 'use') : undefined;
      if (typeof use === 'string' && use !== '' && !use.startsWith('#')) used.add(use);
    }
  }
  return [...used];
}
