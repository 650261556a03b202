import { expect, test } from 'vitest';
import { headlineInWords, metricInSentence, metricWords, times } from './metric-words.ts';

test('a ratio has as many digits as it takes to differ from 1', () => {
  expect([1, 1 + 1e-12, 0.871, 1.0004, 0.999_96].map(times)).toEqual([
    ...['×1.000', '×1.000', '×0.871', '×1.0004', '×0.99996'],
  ]);
});

test.each([
  ['rougeL', 'ROUGE-L'],
  ['exactMatch', 'Exact match'],
  ['f1', 'F1'],
  ['mrr', 'MRR'],
  ['recall@5', 'Recall@5'],
  ['ndcg@10', 'nDCG@10'],
  ['contextPrecision@3', 'Context precision@3'],
  ['trainedTokensPerEpoch', 'Trained tokens per epoch'],
  // Names of their own stay as they were given.
  ['my_score', 'my_score'],
  ['BLEU', 'BLEU'],
  ['hits per page', 'hits per page'],
])('%s is called %s', (name, words) => {
  expect(metricWords(name)).toBe(words);
});

test.each([
  ['Exact match', 'exact match'],
  ['Recall@5 of Score hits', 'recall@5 of Score hits'],
  ['Exact match of Reader / Evaluate', 'exact match of Reader / Evaluate'],
  ['Answer Quality', 'Answer Quality'],
  ['Answer Quality of Evaluate', 'Answer Quality of Evaluate'],
  ['F1', 'F1'],
  ['MRR', 'MRR'],
  ['nDCG@10', 'nDCG@10'],
  ['ROUGE-L', 'ROUGE-L'],
])('in a sentence %s is %s', (words, within) => {
  expect(metricInSentence(words)).toBe(within);
});

test('what a row comes to has its metric so called', () => {
  expect(headlineInWords('exactMatch 0.667 (all)')).toBe('Exact match 0.667 (all)');
  expect(headlineInWords('perplexity 12.34')).toBe('Perplexity 12.34');
});
