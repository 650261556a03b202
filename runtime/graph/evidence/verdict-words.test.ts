import { expect, it } from 'vitest';
import { knownMetric, type Metric } from '../metrics/metric.ts';
import type { MetricRow } from '../metrics/metrics.ts';
import { evidenceTable, type VariantEvidence } from './make-table.ts';
import { bestFirst, isLeadShown, standings } from './leaders.ts';
import { inMetricWords } from './table-words.ts';
import type { SettingWords } from './variant-words.ts';
import { verdictWords } from './verdict-words.ts';

const metricOf = (name: string): Metric => {
  const metric = knownMetric(name);
  if (metric === undefined) throw new Error(`no metric ${name}`);
  return metric;
};
const accuracy = metricOf('accuracy');

const rows = (values: readonly number[], metric = 'accuracy'): MetricRow[] =>
  values.map((value, at) => ({ series: 'all', item: `q${at}`, values: { [metric]: value } }));
/** Forty questions, of which those from `first` on are right. */
const right = (count: number, first = 0): number[] =>
  Array.from({ length: 40 }, (_, at) => (at >= first && at < first + count ? 1 : 0));
const variant = (
  name: string,
  repeats: readonly MetricRow[][],
  problem?: string,
): VariantEvidence => ({
  ...{ name, settings: {}, repeats },
  ...(problem === undefined ? {} : { problem }),
});
const tableOf = (variants: readonly VariantEvidence[], metrics: readonly Metric[] = [accuracy]) =>
  evidenceTable(variants, { baseline: 'saved', metrics });
const answers = (counts: Readonly<Record<string, number>>) =>
  tableOf(Object.entries(counts).map(([name, count]) => variant(name, [rows(right(count))])));
const words = (counts: Readonly<Record<string, number>>): string | undefined =>
  verdictWords(inMetricWords(answers(counts)));

it('names who leads, and by what that is better than the baseline', () => {
  expect(words({ saved: 20, most: 38 })).toBe(
    'By accuracy, “most” leads (0.95). It is better than the baseline, “saved” (0.50).',
  );
  expect(words({ saved: 38, least: 20 })).toBe(
    'By accuracy, “saved”, the baseline, leads (0.95). “least” is worse than the baseline.',
  );
});

it('says of which the questions are too few to tell', () => {
  expect(words({ saved: 20, near: 21 })).toBe(
    'By accuracy, “near” leads (0.53). 40 questions are too few to tell it from the baseline, “saved” (0.50). To show a gain of 0.10, it takes about 220 questions.',
  );
  expect(words({ saved: 21, near: 20, far: 2 })).toBe(
    'By accuracy, “saved”, the baseline, leads (0.53). “far” is worse than the baseline. 40 questions are too few to tell “near” from the baseline. To show a gain of 0.10, it takes about 250 questions.',
  );
  expect(words({ saved: 21, near: 20, nearer: 19 })).toBe(
    'By accuracy, “saved”, the baseline, leads (0.53). 40 questions are too few to tell the others from the baseline. To show a gain of 0.10, it takes about 250 questions.',
  );
});

it('does not compare two that are better than the baseline, because the table does not', () => {
  const table = answers({ saved: 10, most: 38, more: 30, least: 0 });
  expect(verdictWords(inMetricWords(table))).toBe(
    'By accuracy, “most” leads (0.95). It is better than the baseline, “saved” (0.25). “more” is better than the baseline too; the table does not compare it with the best. “least” is worse than the baseline.',
  );
  expect(standings(table, 0)).toEqual(['behind', 'leads', 'open', 'behind']);
});

it('calls nobody behind a best that is not shown better than the baseline', () => {
  expect(standings(answers({ saved: 20, near: 21, least: 2 }), 0)).toEqual([
    ...['open', 'leads', 'open'],
  ]);
});

it('calls a lead shown where it is better than the baseline, or the baseline is better than all others', () => {
  const isShown = (counts: Readonly<Record<string, number>>) => isLeadShown(answers(counts), 0);
  expect(isShown({ saved: 20, most: 38, near: 21 })).toBe(true);
  expect(isShown({ saved: 38, least: 20, less: 10 })).toBe(true);
  expect(isShown({ saved: 20, near: 21 })).toBe(false);
  expect(isShown({ saved: 21, near: 20, far: 2 })).toBe(false);
  expect(isShown({ saved: 20, same: 20 })).toBe(false);
});

it('says that all are equal, or only on the average', () => {
  expect(words({ saved: 20, same: 20, too: 20 })).toBe(
    'By accuracy, all 3 variants have the same mean (0.50). They are equal on every question.',
  );
  const swapped = tableOf([
    variant('saved', [rows(right(20))]),
    variant('other', [rows(right(20, 1))]),
  ]);
  expect(verdictWords(swapped)).toBe(
    'By accuracy, both variants have the same mean (0.50). 40 questions are too few to tell them apart. To show a gain of 0.10, it takes about 220 questions.',
  );
  const halves = tableOf([
    variant('saved', [rows(right(20))]),
    variant('other', [rows(right(20, 20))]),
  ]);
  expect(verdictWords(halves)).toBe(
    'By accuracy, both variants have the same mean (0.50). 40 questions show no difference between them. To show a gain of 0.10, it takes about 220 questions.',
  );
});

it('puts the lower mean first where lower is better', () => {
  const loss = metricOf('loss');
  const losses = (value: number): MetricRow[] =>
    rows(
      Array.from({ length: 40 }, (_, at) => value + at / 100),
      'loss',
    ).map((row) => ({ ...row, weight: 1 }));
  const table = tableOf([variant('saved', [losses(3)]), variant('tuned', [losses(2)])], [loss]);
  expect(verdictWords(inMetricWords(table))).toBe(
    'By loss, “tuned” leads (2.195). It is better than the baseline, “saved” (3.195).',
  );
  expect(bestFirst(table).map((row) => row.variant)).toEqual(['tuned', 'saved']);
});

it('says of further metrics only who has the best mean', () => {
  const of = (hits: number, ranks: number): MetricRow[] =>
    right(hits).map((value, at) => ({
      ...{ series: 'hits', item: `q${at}` },
      values: { 'recall@3': value, mrr: at < ranks ? 1 : 0 },
    }));
  const table = tableOf(
    [variant('saved', [of(20, 30)]), variant('most', [of(38, 10)])],
    [metricOf('recall@3'), metricOf('mrr')],
  );
  expect(verdictWords(inMetricWords(table))).toBe(
    'By recall@3, “most” leads (0.95). It is better than the baseline, “saved” (0.50). By MRR, “saved” has the highest mean (0.75).',
  );
});

it('says which have no result, and that a guess is one', () => {
  const broken = tableOf([
    variant('saved', [rows(right(20))]),
    variant('most', [rows(right(38))]),
    variant('broken', [], 'It failed.'),
  ]);
  expect(verdictWords(inMetricWords(broken))).toBe(
    'By accuracy, “most” leads (0.95). It is better than the baseline, “saved” (0.50). “broken” has no result.',
  );
  expect(standings(broken, 0)).toEqual(['behind', 'leads', 'none']);
  const guessed: Metric = { ...accuracy, assumed: true };
  expect(
    verdictWords(
      tableOf([variant('saved', [rows(right(20))]), variant('most', [rows(right(38))])], [guessed]),
    ),
  ).toContain('By accuracy, assuming that higher is better, “most” leads');
  expect(verdictWords(tableOf([variant('saved', [], 'It failed.')]))).toBe(
    'By accuracy, no variant has a result.',
  );
});

it('does not say that the questions are too few where rows are missing', () => {
  const table = tableOf([
    variant('saved', [rows(right(20))]),
    variant('half', [rows(right(40)).slice(20)]),
  ]);
  expect(verdictWords(table)).toBe(
    'By accuracy, “half” leads (1.00). It is unclear whether it differs from the baseline, “saved” (0.50), because rows are missing.',
  );
});

it('has nothing to compare a single variant with', () => {
  expect(words({ saved: 20 })).toBe(
    'By accuracy, “saved” has 0.50. There is nothing to compare it with.',
  );
  expect(verdictWords(tableOf([variant('saved', [])], []))).toBeUndefined();
});

it('writes a third decimal where two would hide who leads', () => {
  const many = (count: number): MetricRow[] =>
    rows(Array.from({ length: 1_000 }, (_, at) => (at < count ? 1 : 0)));
  const table = tableOf([variant('saved', [many(917)]), variant('more', [many(918)])]);
  expect(verdictWords(table)).toContain('“more” leads (0.918)');
});

it('counts the variants of a setting with many values', () => {
  const names = Array.from({ length: 12 }, (_, at) => `k=${String(at)}`);
  const table = tableOf([
    variant('saved', [rows(right(20))]),
    ...names.map((name) => variant(name, [], 'Not finished yet.')),
  ]);
  const settings = (name: string): readonly SettingWords[] | undefined =>
    name === 'saved' ? undefined : [{ title: 'k', value: name.slice(2) }];
  expect(verdictWords(table, settings)).toBe(
    'By accuracy, “saved” has 0.50. K 0, k 1, k 2 and 9 more have no result.',
  );
});

it('names a grid of settings once, and three variants otherwise', () => {
  const sizes = ['64', '128', '256'];
  const modes = ['bm25', 'dense', 'hybrid'];
  const grid = sizes.flatMap((size) => modes.map((mode) => ({ size, mode })));
  const names = grid.map(({ size, mode }) => `size=${size}, mode=${mode}`);
  const count = ({ size, mode }: { size: string; mode: string }): number =>
    mode === 'dense' ? 4 : size === '256' ? 37 : 34;
  const table = evidenceTable(
    grid.map((setting, at) => variant(names[at] ?? '', [rows(right(count(setting)))])),
    { baseline: 'size=256, mode=hybrid', metrics: [accuracy] },
  );
  const settings = (name: string): readonly SettingWords[] | undefined => {
    const setting = grid[names.indexOf(name)];
    return setting === undefined
      ? undefined
      : [
          { title: 'size', value: `${setting.size} tokens` },
          { title: 'mode', value: setting.mode },
        ];
  };
  expect(verdictWords(table, settings)).toBe(
    'By accuracy, size 256 tokens with mode bm25 or hybrid lead (0.93). They are equal on every question. The 3 variants with mode dense are worse than the baseline. 40 questions are too few to tell size 64 tokens or 128 tokens with mode bm25 or hybrid from the baseline. To show a gain of 0.10, it takes about 130 questions.',
  );
  expect(words({ saved: 21, a: 20, b: 20, c: 20, d: 20, e: 2 })).toContain(
    'too few to tell “a”, “b”, “c” and 1 more from the baseline.',
  );
});
