import { canonicalJson, evidenceTable, type Graph, meaningDigest, sha256 } from '@graft/graph';
import type { Claim, ClaimTable, MeasuredCode, RunItems } from './claim-file.ts';

/** What of an experiment its items do not say. */
type Skeleton = Pick<ClaimTable['table'], 'baseline' | 'metrics'> & {
  readonly rows: readonly Pick<ClaimTable['table']['rows'][number], 'variant' | 'settings'>[];
};

/**
 * The table of an experiment from the items of its runs, without what it cost: the cache blurs that. Beside it the means
 * of each seed.
 */
export function tableOfItems(skeleton: Skeleton, items: readonly RunItems[]): ClaimTable {
  const { baseline, metrics, rows } = skeleton;
  const seeds = seedsOf(items);
  const make = (runs: readonly RunItems[]) =>
    evidenceTable(
      rows.map(({ variant, settings }) => ({
        ...{ name: variant, settings },
        repeats: seeds.map(
          (seed) => runs.find((run) => run.variant === variant && run.seed === seed)?.rows,
        ),
      })),
      { baseline, metrics },
    );
  return {
    table: make(items),
    seeds: Object.fromEntries(
      seeds.flatMap((seed) => {
        if (seed === undefined) return [];
        const one = make(items.filter((run) => run.seed === seed));
        return [
          [
            String(seed),
            Object.fromEntries(
              one.rows.map(({ variant, cells }) => [variant, cells.map(({ mean }) => mean)]),
            ),
          ],
        ];
      }),
    ),
  };
}

/** The seeds of runs, in ascending order; undefined for a run without one. */
export const seedsOf = (runs: readonly RunItems[]): (number | undefined)[] =>
  [...new Set(runs.map(({ seed }) => seed))].sort((a = 0, b = 0) => a - b);

/**
 * Of what a claim was measured on: what the graph computes, its models, data and used graphs, its experiments, and the
 * code that ran, where it was recorded.
 */
export function claimDigest(graph: Graph, code?: MeasuredCode): string {
  const experiments = Object.entries(graph.experiments ?? {}).map(
    ([name, { doc: _doc, ...of }]) => [name, of],
  );
  const of = { meaning: meaningDigest(graph), lock: graph.lock, experiments };
  return sha256(canonicalJson(code === undefined ? of : { ...of, code }));
}

/** Of what a claim says and expects, and of what it will be measured on. The code may change until it is measured. */
export function registrationDigest({ says, expect }: Claim, graph: Graph): string {
  return sha256(canonicalJson({ says, expect, measuredOn: claimDigest(graph) }));
}
