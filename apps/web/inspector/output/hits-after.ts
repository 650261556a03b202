import { bodyOf, Hits, reachable, type ArtifactRef, type Graph } from '@graft/graph';
import { bodyAt, placeOf, prefixOf } from '../../state/levels.ts';
import type { StepView } from '../../state/run-state.ts';

/** The hits that were found in what a step gave: of the nearest node that it feeds, or that the subgraph it stands in feeds. */
export function hitsAfter(
  graph: Graph,
  path: string,
  stepAt: (path: string) => StepView | undefined,
): ArtifactRef | undefined {
  const place = placeOf(graph, path);
  if (place === undefined) return undefined;
  let { trail, id } = place;
  for (;;) {
    const { edges } = bodyOf(graph, bodyAt(trail));
    for (const node of reachable(edges, [id], 'after')) {
      const outputs = Object.values(stepAt(prefixOf(trail) + node)?.outputs ?? {});
      const hits = outputs.find(({ mediaType }) => mediaType === Hits.mediaType);
      if (hits !== undefined) return hits;
    }
    const last = trail.at(-1);
    if (last === undefined) return undefined;
    id = last.node;
    trail = trail.slice(0, -1);
  }
}
