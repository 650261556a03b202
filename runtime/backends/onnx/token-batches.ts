import { setImmediate as nextTurn } from 'node:timers/promises';
import { GraphError, type EncodedText } from '@graft/graph';

/**
 * Padded tokens of a batch. Measured on 2 cores: throughput is flat between 256 and 4,096. A small batch costs nothing,
 * saves memory and reacts to cancellation sooner.
 */
const tokensPerBatch = 2_048;

/** Rows of one batch, by index in the input. */
export type Batch = readonly { readonly index: number; readonly row: EncodedText }[];

/** Sorts by length and fills batches up to `budget` padded tokens, which leaves hardly any padding. */
export function tokenBatches(rows: readonly EncodedText[], budget = tokensPerBatch): Batch[] {
  const sorted = rows
    .map((row, index) => ({ index, row }))
    .sort((a, b) => a.row.ids.length - b.row.ids.length || a.index - b.index);
  const batches: { index: number; row: EncodedText }[][] = [];
  let current: { index: number; row: EncodedText }[] = [];
  for (const item of sorted) {
    if (current.length > 0 && (current.length + 1) * item.row.ids.length > budget) {
      batches.push(current);
      current = [];
    }
    current.push(item);
  }
  if (current.length > 0) batches.push(current);
  return batches;
}

/** Runs `work` for each batch and yields to the event loop in between, so that a cancellation is noticed. */
export async function eachBatch(
  batches: readonly Batch[],
  signal: AbortSignal,
  work: (batch: Batch) => Promise<void>,
): Promise<void> {
  for (const batch of batches) {
    await nextTurn();
    if (signal.aborted) throw new GraphError('cancelled', 'cancelled');
    await work(batch);
  }
}
