import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseGraph, type Graph, type GraphNode } from '@graft/graph';

/** An example that has a node of a type. */
export interface ExampleUse {
  /** Path of its graph file. */
  readonly path: string;
  /** Title of that node, which is in the example or in a graph that it uses. */
  readonly title?: string;
  readonly params: GraphNode['params'];
}

/** The graph that a subgraph or loop uses: its parameter `use`. */
const usedFile = ({ params }: GraphNode): string | undefined => {
  const use = params['use'];
  return typeof use === 'string' && use.endsWith('.graft.json') ? use : undefined;
};

/** The first node of a type in each of the graph files, or in a file that it uses; in the order of the files. */
export async function usesIn(
  folder: string,
  paths: readonly string[],
  type: string,
): Promise<readonly ExampleUse[]> {
  const graphs = new Map<string, Promise<Graph>>();
  const read = (path: string): Promise<Graph> => {
    const known =
      graphs.get(path) ??
      readFile(join(folder, path), 'utf8').then((text) => parseGraph(text, path));
    graphs.set(path, known);
    return known;
  };
  const find = async (path: string, seen: Set<string>): Promise<GraphNode | undefined> => {
    seen.add(path);
    const graph = await read(path);
    const nodes = [graph, ...Object.values(graph.graphs ?? {})].flatMap((body) =>
      Object.values(body.nodes),
    );
    const own = nodes.find((node) => node.type === type);
    if (own !== undefined) return own;
    for (const used of nodes.map(usedFile)) {
      if (used === undefined || seen.has(used)) continue;
      const inside = await find(used, seen);
      if (inside !== undefined) return inside;
    }
    return undefined;
  };
  const uses: ExampleUse[] = [];
  for (const path of paths) {
    const node = await find(path, new Set());
    if (node === undefined) continue;
    const { title, params } = node;
    uses.push({ path, ...(title === undefined ? {} : { title }), params });
  }
  return uses;
}
