import { byCodeUnit } from '../base/record.ts';
import { sha256 } from '../base/sha256.ts';

/**
 * Ids in an order by a hash of seed and id, each once: neither that in which they come nor changed by other ids, so that
 * the first of it are a sample, and fewer of them a part of more.
 */
export function seededOrder(ids: Iterable<string>, seed: number): string[] {
  const places = new Map<string, string>();
  for (const id of ids) if (!places.has(id)) places.set(id, sha256(`${seed}:${id}`));
  return [...places.keys()].sort((a, b) => byCodeUnit(places.get(a) ?? '', places.get(b) ?? ''));
}
