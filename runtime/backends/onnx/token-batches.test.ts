import { describe, expect, it } from 'vitest';
import type { EncodedText } from '@graft/graph';
import { eachBatch, tokenBatches } from './token-batches.ts';

const row = (tokens: number): EncodedText => ({
  ids: Array.from({ length: tokens }, (_, at) => at),
  segments: [],
});
const rows = [5, 1, 4, 1, 9, 2].map(row);

describe('token batches', () => {
  it('go by length and keep to the budget of padded tokens, but for a row beyond it', () => {
    const lengths = tokenBatches(rows, 8).map((batch) => batch.map((item) => item.row.ids.length));
    expect(lengths).toEqual([[1, 1, 2], [4], [5], [9]]);
  });

  it('hold each row once, with its place in the input', () => {
    const items = tokenBatches(rows, 8).flat();
    expect(items.map(({ index }) => index).sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5]);
    for (const { index, row: held } of items) expect(held).toBe(rows[index]);
  });

  it('run in turn until an abort, which lets no further one start', async () => {
    const abort = new AbortController();
    const ran: number[] = [];
    const run = eachBatch(tokenBatches(rows, 8), abort.signal, (batch) => {
      ran.push(batch.length);
      if (ran.length === 2) abort.abort();
      return Promise.resolve();
    });
    await expect(run).rejects.toMatchObject({ code: 'cancelled' });
    expect(ran).toEqual([3, 1]);
  });
});
