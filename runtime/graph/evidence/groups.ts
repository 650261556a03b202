import type { ItemValue } from './item-values.ts';

/** Sums over the items of each group: Σ weight × value, and Σ weight. */
export interface GroupSums {
  readonly sums: Float64Array;
  readonly weights: Float64Array;
}

/** The places of groups in their sums, in order of first appearance. */
type Places = ReadonlyMap<string, number>;

/** Sums items by group; `values` gives one value for each arm. */
export function groupSums(
  items: Iterable<readonly ItemValue[]>,
  arms: number,
): readonly GroupSums[] {
  const all = [...items];
  return sumsAt(all, arms, placesOf(all));
}

export function placesOf(items: Iterable<readonly ItemValue[]>): Places {
  const places = new Map<string, number>();
  for (const [first] of items) {
    const group = first?.group ?? '';
    if (!places.has(group)) places.set(group, places.size);
  }
  return places;
}

/** The same with known places: a group without items has the weight 0. */
export function sumsAt(
  items: Iterable<readonly ItemValue[]>,
  arms: number,
  places: Places,
): readonly GroupSums[] {
  const sums = Array.from({ length: arms }, () => ({
    sums: new Float64Array(places.size),
    weights: new Float64Array(places.size),
  }));
  for (const values of items) {
    const place = places.get(values[0]?.group ?? '');
    if (place === undefined) continue;
    for (const [arm, { value, weight }] of values.entries()) {
      const own = sums[arm];
      if (own === undefined) continue;
      own.sums[place] = (own.sums[place] ?? 0) + weight * value;
      own.weights[place] = (own.weights[place] ?? 0) + weight;
    }
  }
  return sums;
}

export const total = (values: Float64Array): number =>
  values.reduce((sum, value) => sum + value, 0);

/** Σ sums / Σ weights: the mean over items. At least one group. */
export const meanOf = ({ sums, weights }: GroupSums): number => total(sums) / total(weights);

/** Mean of the absolute values: the size beside which rounding is told. */
export const meanSize = ({ sums, weights }: GroupSums): number =>
  total(sums.map(Math.abs)) / total(weights);

/**
 * One number for each group; their plain mean is the mean over items and their spread is that of the ratio, to first
 * order.
 */
export function pseudoValues(of: GroupSums): Float64Array {
  const { sums, weights } = of;
  const mean = meanOf(of);
  const scale = weights.length / total(weights);
  return sums.map((sum, at) => mean + scale * (sum - mean * (weights[at] ?? 0)));
}
