import { diffGraphs, formatDiff, meaningOf, type Graph, type GraphReferences } from '@graft/graph';
import { currentLock, lockDrift, referenceSources, type Drift } from './graph-lock.ts';
import type { KeptGraphs } from './kept-graphs.ts';

/** The graph files that have changed since a graph was locked to them, with what has changed in each. */
export async function changedReferences(
  kept: Pick<KeptGraphs, 'get' | 'meanings'>,
  { lock }: Graph,
  references: GraphReferences,
): Promise<readonly Drift[]> {
  if (Object.keys(lock.graphs).length === 0) return [];
  const sources = referenceSources(references);
  const now = await currentLock(sources, {
    models: () => undefined,
    files: async () => undefined,
    graphs: references,
    meaning: (graph) => kept.meanings.of(graph),
  });
  return withChanges(kept, lockDrift(sources, lock, now), references);
}

/** Says of graphs what has changed in them, where the locked ones are kept here. */
export function withChanges(
  kept: Pick<KeptGraphs, 'get'>,
  drift: readonly Drift[],
  references: GraphReferences,
): Promise<readonly Drift[]> {
  return Promise.all(
    drift.map(async (each) => {
      const before = each.kind === 'graphs' ? await kept.get(each.locked) : undefined;
      if (before === undefined) return each;
      const after = references.get(each.name)?.graph;
      const changes =
        after === undefined ? [] : formatDiff(diffGraphs(meaningOf(before), meaningOf(after)));
      return { ...each, changes };
    }),
  );
}
