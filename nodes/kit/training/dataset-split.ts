import { createHash } from 'node:crypto';
import type { Example } from '@graft/graph';

/**
 * On which side of a dataset a row stands: by what it says (JSON) and the seed, so that where a row goes does not depend
 * on the others, and copies go together. `evalShare` from 0 to 1.
 */
export function splitOf(
  said: unknown,
  { evalShare, seed }: { readonly evalShare: number; readonly seed: number },
): Example['split'] {
  const hash = createHash('sha256')
    .update(JSON.stringify([seed, said]))
    .digest();
  return hash.readUIntBE(0, 6) / 2 ** 48 < evalShare ? 'eval' : 'train';
}
