import { type GroupSums, meanOf, total } from './groups.ts';
import { tDistance, tTails } from './student-t.ts';
import type { Interval } from '../metrics/evidence-table.ts';

/** From so many seeds on, intervals and tests are over seeds and groups. */
export const fewestSeeds = 5;

/** How far a mean would vary with other seeds and other groups. */
export interface Spread {
  /** Of the mean. */
  readonly variance: number;
  /** Degrees of freedom (Satterthwaite 1946). */
  readonly freedom: number;
}

/**
 * The spread of a mean over crossed seeds and groups, both drawn at random: the variance between groups plus that between
 * seeds, less that of single answers, which both contain (Cameron, Gelbach & Miller 2011); never less than either.
 * `seeds` has the sums of each seed, in the places of `all`; none is without weight.
 */
export function twoWaySpread(all: GroupSums, seeds: readonly GroupSums[]): Spread {
  const { sums, weights } = all;
  const [n, s, weight, mean] = [sums.length, seeds.length, total(weights), meanOf(all)];
  const ofSeeds = seeds.map(meanOf);
  let groups = 0;
  let single = 0;
  for (const [at, sum] of sums.entries()) {
    const own = (weights[at] ?? 0) / weight;
    const residual = own * (sum / (weights[at] ?? 1) - mean);
    groups += residual * residual;
    for (const [place, seed] of seeds.entries()) {
      const seedWeight = seed.weights[at] ?? 0;
      if (seedWeight === 0) continue;
      const value = (seed.sums[at] ?? 0) / seedWeight;
      const apart = own * (value - mean - ((ofSeeds[place] ?? mean) - mean)) - residual;
      single += (apart / s) ** 2;
    }
  }
  groups *= n / (n - 1);
  single *= (n / (n - 1)) * (s / (s - 1));
  const middle = ofSeeds.reduce((sum, value) => sum + value, 0) / s;
  const between = ofSeeds.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (s * (s - 1));
  const variance = Math.max(groups, between, groups + between - single);
  const parts = groups ** 2 / (n - 1) + between ** 2 / (s - 1);
  return { variance, freedom: parts === 0 ? n - 1 : variance ** 2 / parts };
}

/** Two-sided p of a mean of 0. */
export function twoWayP(mean: number, { variance, freedom }: Spread): number {
  if (mean === 0) return 1;
  return variance === 0 ? 0 : tTails(mean / Math.sqrt(variance), freedom);
}

/** The means that the same test does not reject at a level. */
export function twoWayInterval(
  mean: number,
  { variance, freedom }: Spread,
  level: number,
): Interval {
  const half = tDistance(level, freedom) * Math.sqrt(variance);
  return [mean - half, mean + half];
}
