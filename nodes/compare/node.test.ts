import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  evidenceTableSchema,
  type EvidenceTable,
  type MetricRow,
  metricRowSchema,
} from '@graft/graph';
import { describe, expect, it } from 'vitest';
import { rowsInput, testContext } from '../kit/testing/test-context.ts';
import { compare } from './node.ts';
import { run } from './run.ts';

async function fixture(name: string): Promise<MetricRow[]> {
  const text = await readFile(join(import.meta.dirname, 'fixtures', `${name}.jsonl`), 'utf8');
  return text
    .trim()
    .split('\n')
    .map((line) => metricRowSchema.parse(JSON.parse(line)));
}
const dense = await fixture('dense');
const hybrid = await fixture('hybrid');

async function table(
  variants: readonly (readonly MetricRow[])[],
  params: object = {},
): Promise<EvidenceTable> {
  const inputs = { metrics: variants.map((rows) => rowsInput(rows)) };
  const { comparison } = await run.run(testContext(), inputs, compare.params.parse(params));
  return evidenceTableSchema.parse(comparison);
}

describe('compare', () => {
  it('pairs variants item by item, against the first', async () => {
    const { baseline, metrics, rows } = await table([dense, hybrid], {
      names: ['dense', 'hybrid'],
    });
    expect(baseline).toBe('dense');
    expect(metrics.map(({ name, direction }) => [name, direction])).toEqual([
      ['recall@3', 'higher'],
      ['mrr', 'higher'],
    ]);
    expect(rows.map(({ variant }) => variant)).toEqual(['dense', 'hybrid']);
    const [recall] = rows[1]?.cells ?? [];
    expect(recall).toMatchObject({
      n: 60,
      failures: 0,
      difference: { verdict: 'better', losses: 0 },
    });
    expect(recall?.mean).toBeCloseTo(hybrid[0]?.values['recall@3'] ?? NaN, 12);
  });

  it('takes the baseline and the metrics that it is told', async () => {
    const { baseline, metrics, rows } = await table([dense, hybrid], {
      ...{ names: ['', 'hybrid'], baseline: 'hybrid', metrics: ['mrr'] },
    });
    expect([baseline, metrics.length]).toEqual(['hybrid', 1]);
    expect(rows[0]).toMatchObject({
      variant: 'variant 1',
      cells: [{ difference: { verdict: 'worse' } }],
    });
  });

  it('takes metrics of one’s own, and of which less is better', async () => {
    const own = (faults: number): MetricRow[] =>
      Array.from({ length: 20 }, (_, at) => ({
        ...{ series: 'answers', item: `a${at}`, values: { faults: faults + (at % 3) } },
      }));
    await expect(table([own(3), own(1)])).rejects.toMatchObject({
      code: 'bad-param',
      message: expect.stringContaining(
        'Graft does not know whether more or less is better for faults.',
      ),
      location: { param: 'metrics' },
    });
    const { rows, metrics } = await table([own(3), own(1)], { lower: ['faults'] });
    expect(metrics).toEqual([{ name: 'faults', direction: 'lower', aggregation: 'mean' }]);
    expect(rows[1]?.cells[0]?.difference).toMatchObject({ mean: -2, verdict: 'better' });
    expect(
      (await table([own(3), own(1)], { metrics: ['faults'] })).rows[1]?.cells[0],
    ).toMatchObject({
      difference: { verdict: 'worse' },
    });
  });

  it('takes perplexity and not the loss beside it', async () => {
    const rows = [
      {
        series: 'documents',
        item: 'a',
        weight: 3,
        values: { perplexity: 4, loss: Math.log(4), tokens: 3 },
      },
    ];
    expect((await table([rows, rows])).metrics.map(({ name }) => name)).toEqual(['perplexity']);
  });
});

describe('is refused', () => {
  it.each([
    ['names', 'There are 3 names for 2 connections.', { names: ['a', 'b', 'c'] }],
    ['names', 'Two variants are called "variant 2".', { names: ['variant 2'] }],
    [
      'baseline',
      'No variant is called "c". Set the baseline to one of a, variant 2.',
      { names: ['a'], baseline: 'c' },
    ],
    [
      'metrics',
      'There is no metric "recall@5" to compare. Choose among recall@3, mrr.',
      { metrics: ['recall@5'] },
    ],
  ])('with the parameter at fault: %s', async (param, message, params) => {
    await expect(table([dense, hybrid], params)).rejects.toMatchObject({
      code: 'bad-param',
      message: expect.stringContaining(message),
      location: { param },
    });
  });

  it('where no row is of an item', async () => {
    await expect(table([dense.slice(0, 1)])).rejects.toMatchObject({
      code: 'bad-input',
      location: { port: 'metrics' },
    });
  });
});
