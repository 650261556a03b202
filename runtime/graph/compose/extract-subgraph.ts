import type { Graph } from '../format/graph.ts';
import type { GraphBody } from '../format/graph-body.ts';
import { emptyGraph } from './graph-edit.ts';
import {
  allBodies,
  bodiesBelow,
  bodyOf,
  renamedUses,
  usedBodies,
  withBody,
  withoutBodies,
} from './graph-bodies.ts';

/**
 * Moves a subgraph into a file of its own, at `path` below the workspace, with the subgraphs that it uses. All its uses
 * then name that file. Save both files, the new one first. Throws `unknown-node`.
 */
export function extractSubgraph(
  graph: Graph,
  id: string,
  path: string,
): { readonly graph: Graph; readonly file: Graph } {
  const body = bodyOf(graph, id);
  const below = bodiesBelow(graph, usedBodies(body));
  const carried = Object.fromEntries(
    [...below].flatMap((used): [string, GraphBody][] =>
      Object.hasOwn(graph.graphs ?? {}, used) ? [[used, bodyOf(graph, used)]] : [],
    ),
  );
  const file: Graph = {
    ...emptyGraph,
    ...body,
    ...(Object.keys(carried).length === 0 ? {} : { graphs: carried }),
  };
  const renames = new Map([[`#${id}`, path]]);
  let left = withoutBodies(graph, new Set([id]));
  for (const [at, body] of allBodies(left)) left = withBody(left, at, renamedUses(body, renames));
  // This file keeps a moved subgraph only if something here still uses it.
  const kept = bodiesBelow(left, [
    ...usedBodies(left),
    ...allBodies(left).flatMap(([at]) => (at === undefined || below.has(at) ? [] : at)),
  ]);
  return {
    graph: withoutBodies(left, new Set([...below].filter((bodyId) => !kept.has(bodyId)))),
    file,
  };
}
