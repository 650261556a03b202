import type { Facets, MadeBy, PortFacets } from '../types/facets.ts';

/**
 * What is known of what a round of a loop is given, once a round has ended: embedders that are made under the loop's path
 * were made in earlier rounds than the next. Those that differed still differ, and are numbered from 1 without gaps, so
 * that rounds which are given alike things are planned alike.
 */
export function agedFacets(given: PortFacets, prefix: string): PortFacets {
  const ages = new Map<string, Set<number>>();
  for (const { embedder } of Object.values(given)) {
    const made = embedder?.madeBy;
    if (made === undefined || !made.node.startsWith(prefix)) continue;
    const own = ages.get(outputOf(made)) ?? new Set();
    ages.set(outputOf(made), own.add(made.before ?? 0));
  }
  if (ages.size === 0) return given;
  return Object.fromEntries(
    Object.entries(given).map(([name, facets]): [string, Facets] => {
      const { embedder } = facets;
      const made = embedder?.madeBy;
      const own = made === undefined ? undefined : ages.get(outputOf(made));
      if (embedder === undefined || made === undefined || own === undefined) return [name, facets];
      const later = [...own].filter((age) => age < (made.before ?? 0)).length;
      return [
        name,
        { ...facets, embedder: { ...embedder, madeBy: { ...made, before: later + 1 } } },
      ];
    }),
  );
}

const outputOf = ({ node, port }: MadeBy): string => `${node}.${port}`;
