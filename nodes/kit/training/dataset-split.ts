import { createHash } from 'node:crypto';
import { type Example, GraphError, type RunContext } from '@graft/graph';

/**
 * The split of a row, by its content (JSON) and the seed, so that it does not depend on other rows, and copies stay
 * together. `evalShare` from 0 to 1.
 */
export function splitOf(
  content: unknown,
  { evalShare, seed }: { readonly evalShare: number; readonly seed: number },
): Example['split'] {
  const hash = createHash('sha256')
    .update(JSON.stringify([seed, content]))
    .digest();
  return hash.readUIntBE(0, 6) / 2 ** 48 < evalShare ? 'eval' : 'train';
}

/**
 * Refuses a dataset without rows for training (`bad-input` at `evalShare`), and warns if evaluation gets none although
 * it should. `more` is another remedy: "add rows".
 */
export function checkSplit(
  ctx: Pick<RunContext, 'log' | 'node'>,
  counts: Readonly<Record<Example['split'], number>>,
  { evalShare, more }: { readonly evalShare: number; readonly more: string },
): void {
  if (counts.train === 0) {
    throw new GraphError(
      'bad-input',
      `Evaluation keeps every row (${counts.eval}), which leaves none for training. Lower the share for evaluation, or ${more}.`,
      { location: { node: ctx.node, param: 'evalShare' } },
    );
  }
  if (counts.eval === 0 && evalShare > 0) {
    ctx.log(
      'warning',
      'There are too few rows to keep any for evaluation, so there will be no evaluation loss.',
    );
  }
}
