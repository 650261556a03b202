import { own } from '../base/record.ts';
import type { Graph } from './graph.ts';
import type { GraphBody, GraphNode } from './graph-body.ts';
import { parseSettingName } from './setting-name.ts';

/** The graph that a node uses, as written; undefined for nodes of other types. */
export function usedGraph({ type, params }: GraphNode): string | undefined {
  const use = type === 'graph' || type === 'repeat' ? own(params, 'use') : undefined;
  return typeof use === 'string' ? use : undefined;
}

/** Paths of the graph files that any body of a document uses, without repetitions. */
export function usedFiles(graph: Graph): readonly string[] {
  const bodies: readonly GraphBody[] = [graph, ...Object.values(graph.graphs ?? {})];
  return filePaths(bodies.flatMap(({ nodes }) => Object.values(nodes).map(usedGraph)));
}

/** Paths of the graph files that variants of its experiments use, without repetitions. */
export function variedFiles({ experiments = {} }: Graph): readonly string[] {
  const isUse = (key: string): boolean => parseSettingName(key)?.param === 'use';
  return filePaths(
    Object.values(experiments).flatMap(({ vary = {}, arms = {} }) => [
      ...Object.entries(vary).flatMap(([key, values]) => (isUse(key) ? values : [])),
      ...Object.values(arms).flatMap(({ set = {}, replace = {} }) => [
        ...Object.entries(set).flatMap(([key, value]) => (isUse(key) ? [value] : [])),
        ...Object.values(replace).map(usedGraph),
      ]),
    ]),
  );
}

function filePaths(uses: readonly unknown[]): readonly string[] {
  const isPath = (use: unknown): use is string =>
    typeof use === 'string' && use !== '' && !use.startsWith('#');
  return [...new Set(uses.filter(isPath))];
}
