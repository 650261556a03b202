import { describe, expect, it } from 'vitest';
import { knownMetric } from './metric.ts';
import { Metrics, metricRowSchema } from './metrics.ts';

describe('rows of version 1', () => {
  const migrated = (row: unknown) => {
    const current = Metrics.migrations.reduce((value, { row: next }) => next(value), row);
    return metricRowSchema.parse(current);
  };

  it('of texts say their item and weight', () => {
    const row = {
      series: 'documents',
      label: 'a.md',
      values: { perplexity: 4, loss: 1.4, tokens: 9 },
    };
    expect(migrated(row)).toEqual({ ...row, item: 'a.md', weight: 9 });
    expect(migrated(migrated(row))).toEqual(migrated(row));
  });

  it.each([
    { series: 'train', step: 3, values: { loss: 1 } },
    {
      series: 'summary',
      label: 'documents',
      values: { perplexity: 4, loss: 1.4, tokens: 9, texts: 2 },
    },
    { series: 'modules', label: 'layers.0.q_proj', values: { norm: 1 } },
  ])('of the series $series are of no item, and stay', (row) => {
    expect(migrated(row)).toEqual(row);
  });
});

it('metrics are known by name, whatever their k', () => {
  expect(knownMetric('recall@3')).toEqual({
    ...{ name: 'recall@3', direction: 'higher', aggregation: 'mean', range: [0, 1] },
  });
  expect(knownMetric('perplexity')).toMatchObject({
    ...{ direction: 'lower', aggregation: 'weighted-geometric-mean' },
  });
  for (const unknown of ['toString', 'recall@k', 'norm', '']) {
    expect(knownMetric(unknown), unknown).toBeUndefined();
  }
});

it.each([
  ['perplexity 4.000 (documents)', { label: 'documents', values: { loss: 1, perplexity: 4 } }],
  ['recall@3 0.917', { values: { 'recall@3': 0.91666, mrr: 0.9, questions: 30 } }],
  [undefined, { values: { seconds: 3 } }],
])('sums up as %s', (words, row) => {
  expect(Metrics.headline?.({ series: 'summary', ...row })).toBe(words);
  expect(Metrics.headline?.({ series: 'questions', ...row })).toBeUndefined();
});
