import { prose } from '../report/prose.ts';
import { seededRandom } from '../report/random.ts';

/** Texts of 1 to 12 sentences in no order of length, as chunks of mixed documents arrive. */
export function textsInArrivalOrder(count: number): string[] {
  const random = seededRandom(7);
  return Array.from({ length: count }, (_, i) => prose(i, 1 + Math.floor(12 * random() ** 2)));
}
