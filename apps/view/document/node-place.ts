import { roundParam, setPrefix, type Graph, type GraphNode } from '@graft/graph';
import { bodyAt, nodeIn, type Trail, prefixOf } from './levels.ts';
import { drawnFile, documentStore } from './document-store.ts';

/** The path of a shown node in plans and runs: the ids that lead to it, `retriever/embed`. */
export function pathOf(id: string): string {
  return prefixOf(documentStore.getState().trail) + id;
}

/** Whether a step is that of a node, or lies within the graph that the node uses. */
export function isPartOf(step: string, path: string): boolean {
  return step === path || step.startsWith(`${path}/`);
}

type Params = GraphNode['params'];

/** The parameters that a node of a subgraph gets from outside, if the trail came through a use that sets them. */
export function givenParams(graph: Graph, trail: Trail, id: string): Params {
  const entered = trail.at(-1);
  const body = bodyAt(trail);
  const outer = trail.slice(0, -1);
  if (entered === undefined || body === undefined) return {};
  const use = nodeIn(graph, bodyAt(outer), entered.node);
  const set: Params = { ...use?.params, ...givenParams(graph, outer, entered.node) };
  const given = Object.entries(graph.graphs?.[body]?.expose ?? {}).flatMap(
    ([name, exposure]): [string, unknown][] => {
      if (exposure.node !== id) return [];
      const isRound = name === roundParam && entered.round !== undefined;
      const value = isRound ? entered.round : (set[`${setPrefix}${name}`] ?? exposure.default);
      return value === undefined ? [] : [[exposure.param, value]];
    },
  );
  return Object.fromEntries(given);
}

/** The same for a node of the drawn graph, be it the present one or that of a past run. */
export const givenHere = (
  state: Parameters<typeof drawnFile>[0] & { readonly trail: Trail },
  id: string,
): Params => givenParams(drawnFile(state), state.trail, id);
