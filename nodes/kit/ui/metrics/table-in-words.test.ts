import {
  type EvidenceTable,
  inMetricWords,
  metricTitle,
  tableMetricWords,
  tableNote,
} from '@graft/graph';
import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { expect, test } from 'vitest';
import { EvidenceTableView } from './evidence-table.tsx';

test('metrics are called by their words, and with their output by what its node is called', () => {
  expect(tableMetricWords('exactMatch')).toBe('Exact match');
  const titleOf = (path: string): string => (path === 'reader/score' ? 'Reader / Evaluate' : path);
  expect(tableMetricWords('rougeL of reader/score.metrics', titleOf)).toBe(
    'ROUGE-L of Reader / Evaluate',
  );
  expect(tableMetricWords('exactMatch of reader/score.tops', titleOf)).toBe(
    'Exact match of Reader / Evaluate · tops',
  );
  expect(tableMetricWords('rougeL of score.metrics')).toBe('ROUGE-L of score.metrics');
});

test('and so in a table, and in what is said of it', () => {
  const cost = { ms: 1, tokens: 0, bytes: 0, steps: 1, reused: 0 };
  const table: EvidenceTable = {
    ...{ baseline: 'A', confidence: 0.95, settings: [], failedInAll: { rougeL: 2 } },
    metrics: [
      { name: 'rougeL', direction: 'lower', aggregation: 'mean' },
      { name: 'exactMatch', direction: 'higher', aggregation: 'mean' },
    ],
    rows: [
      {
        ...{ variant: 'A', settings: {}, cost },
        cells: [{ metric: 'rougeL', mean: 1, interval: null, n: 2, failures: 0 }],
      },
    ],
  };
  const said = inMetricWords(table);
  expect(said.metrics.map(metricTitle)).toEqual(['ROUGE-L ↓', 'Exact match ↑']);
  expect(said.rows[0]?.cells[0]?.metric).toBe('ROUGE-L');
  expect(tableNote(said)).toContain(
    'Lower is better: ROUGE-L. 2 rows failed in every variant (ROUGE-L)',
  );
});

test('a metric is called within a sentence as it is there', () => {
  const variant = (name: string, value: number, tokens: number) => ({
    ...{ variant: name, settings: {}, cost: { tokens, ms: 1, bytes: 0, steps: 1, reused: 0 } },
    cells: [{ metric: 'exactMatch', mean: value, interval: null, n: 1, failures: 0 }],
  });
  const table: EvidenceTable = {
    ...{ baseline: 'A', confidence: 0.95, settings: [], failedInAll: { exactMatch: 1 } },
    metrics: [
      { name: 'exactMatch', direction: 'higher', aggregation: 'mean' },
      { name: 'Answer Quality', direction: 'lower', aggregation: 'mean' },
    ],
    rows: [variant('A', 0.5, 10), variant('B', 0.7, 20)],
  };
  const html = renderToStaticMarkup(createElement(EvidenceTableView, { table }));
  expect(html).toContain('Best for their tokens per question, by exact match: A');
  expect(html).toContain('Lower is better: Answer Quality.');
  expect(html).toContain('1 row failed in every variant (exact match)');
  // In a file metrics keep the names that they have there.
  expect(tableNote(table)).toContain('by exactMatch: A');
});
