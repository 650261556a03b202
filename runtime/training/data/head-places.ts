import type { Row } from './rows.ts';

/** Above this share of a program's places, all are computed: nothing is saved by leaving out so few. */
const mostOfAll = 0.9;
/** Places are a multiple of this, which matrix products like. */
const multiple = 8;

/**
 * At how many places of a micro-batch of each length the loss counts at most, whichever rows come together: those of
 * the answers that it has, where rows are questions with answers. A length that is missing counts (nearly) everywhere.
 */
export function headPlaces(
  rows: readonly Row[],
  { size, buckets }: { readonly size: number; readonly buckets: readonly number[] },
): ReadonlyMap<number, number> {
  const places = new Map<number, number>();
  for (const length of buckets) {
    // The longest row of a micro-batch decides its length: any that fits may be beside it.
    const trained = rows.filter((row) => row.length <= length).map((row) => row.trained);
    const most = trained.toSorted((a, b) => b - a).slice(0, size);
    const sum = most.reduce((all, one) => all + one, 0);
    const count = multiple * Math.max(1, Math.ceil(sum / multiple));
    if (count <= mostOfAll * size * length) places.set(length, count);
  }
  return places;
}
