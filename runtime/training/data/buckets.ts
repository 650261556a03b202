import type { Row } from './rows.ts';

/** Above this share of a program's positions it computes all: leaving out the rest saves nothing. */
const mostOfAll = 0.9;
/** Numbers of positions are a multiple of this, for faster matrix products. */
const multiple = 8;

/**
 * For each micro-batch length, the largest number of positions that count in the loss, whichever rows it holds: in
 * question–answer rows those of the answers. For a missing length (nearly) every position counts.
 */
export function headPlaces(
  rows: readonly Row[],
  { size, buckets }: { readonly size: number; readonly buckets: readonly number[] },
): ReadonlyMap<number, number> {
  const places = new Map<number, number>();
  for (const length of buckets) {
    // The longest row determines the length of a micro-batch: any shorter row may be in it.
    const trained = rows.filter((row) => row.length <= length).map((row) => row.trained);
    const most = trained.toSorted((a, b) => b - a).slice(0, size);
    const sum = most.reduce((all, places) => all + places, 0);
    const count = multiple * Math.max(1, Math.ceil(sum / multiple));
    if (count <= mostOfAll * size * length) places.set(length, count);
  }
  return places;
}

/** Least share of padded tokens that a further bucket must save: each costs a compilation and its memory. */
const worthwhile = 0.05;

export interface BucketOptions {
  /** Maximal number of buckets. */
  readonly most: number;
  /** Maximal length of a bucket: the model's context. */
  readonly limit: number;
}

/** Row lengths to compile programs for, ascending, with the least padding over all rows. Every row fits one of them. */
export function chooseBuckets(lengths: readonly number[], options: BucketOptions): number[] {
  const longest = lengths.reduce((most, length) => Math.max(most, length), 1);
  // Lengths are multiples of this.
  const unit = longest > 512 ? 64 : 32;
  const counts = new Map<number, number>();
  for (const length of lengths) {
    const rounded = Math.min(options.limit, Math.ceil(length / unit) * unit);
    counts.set(rounded, (counts.get(rounded) ?? 0) + 1);
  }
  const sizes = [...counts.keys()].sort((a, b) => a - b);
  const plans = leastPadded(
    sizes,
    sizes.map((size) => counts.get(size) ?? 0),
    Math.min(options.most, sizes.length),
  );
  const least = plans.at(-1)?.tokens ?? 0;
  return plans.find(({ tokens }) => tokens * (1 - worthwhile) <= least)?.buckets ?? [longest];
}

interface BucketPlan {
  readonly buckets: readonly number[];
  /** Of all rows, with padding. */
  readonly tokens: number;
}

/** The best plans of 1, 2 … buckets, by dynamic programming over the sorted sizes. */
function leastPadded(
  sizes: readonly number[],
  counts: readonly number[],
  most: number,
): { readonly buckets: number[]; readonly tokens: number }[] {
  const before = [0];
  for (const [i, count] of counts.entries()) before.push((before[i] ?? 0) + count);
  const rows = (from: number, to: number): number => (before[to] ?? 0) - (before[from] ?? 0);
  // best[end]: rows of sizes below `end`, the last of them being a bucket.
  let best: (BucketPlan | undefined)[] = sizes.map(() => undefined);
  best.unshift({ buckets: [], tokens: 0 });
  const plans: { buckets: number[]; tokens: number }[] = [];
  for (let used = 1; used <= most; used++) {
    best = [undefined, ...sizes.map((size, last) => cheapest(best, { size, last, rows }))];
    const whole = best[sizes.length];
    if (whole !== undefined) plans.push({ buckets: [...whole.buckets], tokens: whole.tokens });
  }
  return plans;
}

function cheapest(
  best: readonly (BucketPlan | undefined)[],
  bucket: { size: number; last: number; rows: (from: number, to: number) => number },
): BucketPlan | undefined {
  let found: BucketPlan | undefined;
  for (let from = 0; from <= bucket.last; from++) {
    const shorter = best[from];
    if (shorter === undefined) continue;
    const tokens = shorter.tokens + bucket.rows(from, bucket.last + 1) * bucket.size;
    if (found === undefined || tokens < found.tokens) {
      found = { buckets: [...shorter.buckets, bucket.size], tokens };
    }
  }
  return found;
}
