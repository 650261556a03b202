import { bodyOf, Hits, reachable, type ArtifactRef, type Graph } from '@graft/graph';
import { bodyAt, placeOf, prefixOf, type StepView, usedGraph } from '@graft/view';

const hitsOf = (step: StepView | undefined): ArtifactRef | undefined =>
  Object.values(step?.outputs ?? {}).find(({ mediaType }) => mediaType === Hits.mediaType);

/** The node of the open file that uses the other file which a step stands in; undefined where it stands in none. */
function userOf(graph: Graph, path: string): string | undefined {
  for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) {
    const user = path.slice(0, end);
    const place = placeOf(graph, user);
    if (place !== undefined)
      return usedGraph(place.node)?.startsWith('#') === false ? user : undefined;
  }
  return undefined;
}

/**
 * The hits that were found in what a step gave: of the nearest node that it feeds, or that the subgraph it stands in feeds. Within another file
 * they are those that the file gives, or the nearest after it.
 */
export function hitsAfter(
  graph: Graph,
  path: string,
  stepAt: (path: string) => StepView | undefined,
): ArtifactRef | undefined {
  const place = placeOf(graph, path);
  if (place === undefined) {
    const user = userOf(graph, path);
    return user === undefined
      ? undefined
      : (hitsOf(stepAt(user)) ?? hitsAfter(graph, user, stepAt));
  }
  let { trail, id } = place;
  for (;;) {
    const { edges } = bodyOf(graph, bodyAt(trail));
    for (const node of reachable(edges, [id], 'after')) {
      const hits = hitsOf(stepAt(prefixOf(trail) + node));
      if (hits !== undefined) return hits;
    }
    const last = trail.at(-1);
    if (last === undefined) return undefined;
    id = last.node;
    trail = trail.slice(0, -1);
  }
}
