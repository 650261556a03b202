import { describe, expect, it } from 'vitest';
import { knownMetric, type Metric } from '../metrics/metric.ts';
import type { MetricRow } from '../metrics/metrics.ts';
import { Comparison, evidenceTableSchema } from '../metrics/evidence-table.ts';
import { evidenceTable, evidenceTableByTurns, type VariantEvidence } from './make-table.ts';
import { SeededRandom } from './seeded-random.ts';
import { accuracyRows, normal } from './testing/simulated-answers.ts';
import { accuracy, familyWiseError } from './testing/simulations.ts';

const perplexity: Metric = knownMetric('perplexity') ?? accuracy;
const loss: Metric = knownMetric('loss') ?? accuracy;

/** `right` right answers of 100, the others wrong. */
const answers = (right: number, n = 100) =>
  Array.from({ length: n }, (_, at) => (at < right ? 1 : 0));
const variant = (
  name: string,
  rows: readonly MetricRow[],
  rest: Partial<VariantEvidence> = {},
) => ({
  ...{ name, settings: {}, repeats: [rows] },
  ...rest,
});
function cellsOf(variants: readonly VariantEvidence[], metric: Metric = accuracy) {
  const table = evidenceTable(variants, { baseline: 'base', metrics: [metric] });
  expect(evidenceTableSchema.parse(JSON.parse(JSON.stringify(table)))).toEqual(table);
  return new Map(table.rows.map(({ variant: name, cells }) => [name, cells[0]]));
}

describe('a table', () => {
  it('is the same where others get their turn between its cells', async () => {
    const variants = ['base', 'good', 'bad'].map((name, at) =>
      variant(name, accuracyRows(answers(30 + 20 * at))),
    );
    const options = { baseline: 'base', metrics: [accuracy] };
    let pauses = 0;
    const made = await evidenceTableByTurns(variants, options, async () => void (pauses += 1));
    expect(made).toEqual(evidenceTable(variants, options));
    expect(pauses).toBeGreaterThanOrEqual(variants.length);
  });

  it('has means, paired differences and verdicts', () => {
    const cells = cellsOf([
      variant('base', accuracyRows(answers(50))),
      variant('good', accuracyRows(answers(70))),
      variant('bad', accuracyRows(answers(20))),
      variant('same', accuracyRows(answers(50))),
      variant('near', accuracyRows([...answers(43).slice(0, 93), ...answers(7, 7)])),
    ]);
    expect(cells.get('base')).toMatchObject({ mean: 0.5, n: 100, failures: 0 });
    expect(cells.get('base')).not.toHaveProperty('difference');
    expect(cells.get('good')?.difference).toMatchObject({
      ...{ n: 100, wins: 20, ties: 80, losses: 0, verdict: 'better' },
    });
    expect(cells.get('good')?.difference?.mean).toBeCloseTo(0.2, 12);
    expect(cells.get('bad')?.difference).toMatchObject({ losses: 30, verdict: 'worse' });
    expect(cells.get('same')?.difference).toMatchObject({
      ...{ verdict: 'too few', p: null, adjustedP: null },
      reason: 'No question differs; it takes 10 to tell.',
    });
    expect(cells.get('near')?.difference).toMatchObject({
      ...{ wins: 7, losses: 7, p: 1, verdict: 'no difference shown' },
    });
  });

  it('is summed up by what its first metric shows', () => {
    const variants = [50, 70, 51, 52].map((right) =>
      variant(`${right}`, accuracyRows(answers(right))),
    );
    const table = evidenceTable(variants, { baseline: '50', metrics: [accuracy] });
    expect(Comparison.headline?.(table)).toBe('accuracy: 1 better, 2 too few');
    expect(Comparison.headline?.({ ...table, metrics: [] })).toBeUndefined();
  });

  it('corrects for all variants and metrics at once', () => {
    // 14 to 3: p = .0127 alone.
    const rows = [...answers(14, 17).map((right) => 1 - right), ...answers(40, 83)];
    const other = [...answers(14, 17), ...answers(40, 83)];
    const base = variant('base', accuracyRows(rows));
    const alone = cellsOf([base, variant('a', accuracyRows(other))]).get('a')?.difference;
    expect(alone).toMatchObject({ wins: 14, losses: 3, verdict: 'better' });
    const four = ['a', 'b', 'c', 'd'].map((name) => variant(name, accuracyRows(other)));
    const among = cellsOf([base, ...four]).get('a')?.difference;
    expect(among?.p).toBe(alone?.p);
    expect(among?.adjustedP).toBeCloseTo(4 * (alone?.p ?? NaN), 12);
    expect(among?.verdict).toBe('no difference shown');
  });

  it('shows only settings that differ', () => {
    const settings = [
      { 'chunk.size': 128, 'chunk.mode': 'a', 'retrieve.paths': ['x'] },
      { 'chunk.size': 256, 'chunk.mode': 'a', 'retrieve.paths': ['x'], 'rerank.k': 3 },
    ];
    const table = evidenceTable(
      settings.map((own, at) => variant(`${at}`, [], { settings: own, cost: { ms: 5 } })),
      { baseline: '1', metrics: [accuracy] },
    );
    expect(table.settings).toEqual(['chunk.size', 'rerank.k']);
    expect(table.rows.map((row) => row.settings)).toEqual([
      { 'chunk.size': 128 },
      { 'chunk.size': 256, 'rerank.k': 3 },
    ]);
    expect(table.rows[0]).toMatchObject({ cost: { ms: 5 }, cells: [{ mean: null, n: 0 }] });
  });

  it('refuses a baseline that is not there, and names that are there twice', () => {
    const two = [variant('small', []), variant('small', [])];
    const of = (variants: VariantEvidence[], baseline: string) => () =>
      evidenceTable(variants, { baseline, metrics: [accuracy] });
    expect(of(two.slice(1), 'smal')).toThrow('Did you mean "small"?');
    expect(of(two, 'small')).toThrow('Two variants have the name "small".');
  });
});

describe('failures', () => {
  const base = variant('base', accuracyRows(answers(50)));

  it('are counted apart and are never 0', () => {
    const cells = cellsOf([
      base,
      variant('fails', accuracyRows(answers(50, 90)), { failed: { accuracy: ['q95'] } }),
    ]);
    expect(cells.get('fails')).toMatchObject({ n: 90, failures: 10 });
    expect(cells.get('fails')?.mean).toBeCloseTo(50 / 90, 12);
  });

  it('in every variant are said by the table, and those of another metric are none of this one', () => {
    const failed = { accuracy: ['q98', 'q99', 'x'], recall: ['y'] };
    const variants = [
      variant('base', accuracyRows(answers(50, 98)), { failed }),
      variant('a', accuracyRows(answers(50, 99)), { failed: { accuracy: ['q99', 'x'] } }),
    ];
    const table = evidenceTable(variants, { baseline: 'base', metrics: [accuracy] });
    // q98 the other has; what nobody has and nobody says failed is nothing.
    expect(table.failedInAll).toEqual({ accuracy: 2 });
    expect(table.rows.map(({ cells: [cell] }) => [cell?.n, cell?.failures])).toEqual([
      [98, 3],
      [99, 2],
    ]);
    const without = evidenceTable([base], { baseline: 'base', metrics: [accuracy] });
    expect(without).not.toHaveProperty('failedInAll');
  });

  it('let nothing be better by what it left out, but do not hide what is better all the same', () => {
    // Both are better in 20 of the questions that they answer; the one left out 15 that the baseline has right.
    const left = accuracyRows(answers(70)).slice(15);
    const few = accuracyRows(answers(70)).slice(1);
    const cells = cellsOf([base, variant('left', left), variant('few', few)]);
    expect(cells.get('left')?.difference).toMatchObject({
      ...{ wins: 20, losses: 0, verdict: 'too few', n: 85 },
      reason: expect.stringContaining('Rows that it should have are missing'),
    });
    expect(cells.get('few')?.difference).toMatchObject({ verdict: 'better', n: 99 });
  });

  it('of the baseline do not make a variant worse', () => {
    const gaps = variant('base', accuracyRows(answers(70)).slice(15));
    const cells = cellsOf([gaps, variant('a', accuracyRows(answers(50)))]);
    expect(cells.get('a')?.difference).toMatchObject({
      ...{ losses: 20, verdict: 'too few' },
      reason: expect.stringContaining('the baseline should have'),
    });
  });

  it('have no worst value where the metric has none', () => {
    const rows = (add: number, n: number) =>
      Array.from({ length: n }, (_, at): MetricRow => ({
        ...{ series: 'documents', item: `d${at}`, weight: 10 },
        values: { loss: 2 + (at % 7) / 10 + add },
      }));
    const cells = cellsOf(
      [variant('base', rows(0, 40)), variant('a', rows(-0.1, 39)), variant('b', rows(-0.1, 40))],
      loss,
    );
    expect(cells.get('a')?.difference).toMatchObject({ wins: 39, verdict: 'too few' });
    expect(cells.get('b')?.difference).toMatchObject({ wins: 40, verdict: 'better' });
  });

  it('of one seed are said, and the others averaged', () => {
    const cells = cellsOf([
      variant('base', accuracyRows(answers(50))),
      { ...variant('a', []), repeats: [accuracyRows(answers(60)), accuracyRows(answers(62, 99))] },
    ]);
    expect(cells.get('a')).toMatchObject({ n: 100, failures: 1 });
    expect(cells.get('a')?.mean).toBeCloseTo(0.61, 12);
  });
});

it('a variant that was stopped early is not called better, and lacks nothing that it was not given', () => {
  const given = Array.from({ length: 40 }, (_, at) => `q${at}`);
  const stopped = variant('stopped', accuracyRows(answers(40, 40)), { given });
  const cells = cellsOf([variant('base', accuracyRows(answers(20))), stopped]);
  expect(cells.get('stopped')).toMatchObject({ n: 40, failures: 0 });
  expect(cells.get('stopped')?.difference).toMatchObject({ verdict: 'too few', wins: 20 });
});

it('questions are resampled whole: repeating their items says nothing new', () => {
  const rows = (right: number, copies: number) =>
    accuracyRows(answers(right, 40)).flatMap((row) =>
      Array.from({ length: copies }, (_, at): MetricRow => ({
        ...row,
        item: `${row.item ?? ''}#${at}`,
        question: row.item ?? '',
      })),
    );
  const of = (copies: number) =>
    cellsOf([variant('base', rows(15, copies)), variant('a', rows(27, copies))]).get('a');
  expect(of(5)).toEqual(of(1));
  expect(of(5)?.n).toBe(40);
});

it('groups are resampled whole, whatever their questions are', () => {
  const rows = (right: number, copies: number) =>
    accuracyRows(answers(right, 40)).flatMap((row) =>
      Array.from({ length: copies }, (_, at): MetricRow => ({
        ...row,
        item: `${row.item ?? ''}#${at}`,
        question: `${row.item ?? ''}#${at}`,
        group: row.item ?? '',
      })),
    );
  const table = (copies: number) =>
    evidenceTable([variant('base', rows(15, copies)), variant('a', rows(27, copies))], {
      ...{ baseline: 'base', metrics: [accuracy] },
    });
  expect(table(5)).toEqual(table(1));
  expect(table(5)).toMatchObject({ grouped: true });
  expect(table(5).rows[1]?.cells[0]?.n).toBe(40);
});

// Acceptance: verdict and interval never disagree.
describe('the interval of a difference excludes no difference exactly where the correction rejects', () => {
  const measures = [accuracy, perplexity, knownMetric('promptTokens') ?? accuracy];

  /** Variants of random effects over few or many groups; some lack rows. */
  function randomTable(random: SeededRandom, round: number) {
    const items = 11 + random.index(round % 4 === 0 ? 120 : 40);
    const perGroup = 1 + random.index(3);
    const seeds = [1, 3, 5][round % 3] ?? 1;
    const ease = Array.from({ length: items }, () => normal(random));
    const variants = Array.from({ length: 2 + random.index(4) }, (_, at) => {
      const effect = at === 0 ? 0 : normal(random);
      const lacks = random.index(4) === 0 ? 0.1 : 0;
      return {
        ...{ name: String(at), settings: {} },
        repeats: Array.from({ length: seeds }, () => {
          const luck = 0.3 * normal(random);
          return ease.flatMap((own, item): MetricRow[] => {
            const value = own + effect + luck + normal(random);
            if (random.uniform() < lacks) return [];
            return [
              {
                ...{ series: 'a', item: String(item), weight: 1 + (item % 5) },
                group: String(Math.floor(item / perGroup)),
                values: {
                  accuracy: Number(value > 0),
                  perplexity: Math.exp(3 + value / 2),
                  promptTokens: Math.ceil(100 * Math.exp(value / 2)),
                },
              },
            ];
          });
        }),
      };
    });
    return evidenceTable(variants, { baseline: '0', metrics: measures, seed: round });
  }

  it('of random tables', () => {
    const random = new SeededRandom(11);
    const counts = { rejected: 0, kept: 0, untested: 0 };
    for (let round = 0; round < 60; round += 1) {
      for (const { cells } of randomTable(random, round).rows) {
        for (const { difference, mean, interval, metric } of cells) {
          if (metric === 'perplexity') expect(interval?.[0] ?? mean).toBeGreaterThanOrEqual(1);
          if (difference === undefined) continue;
          const { adjustedP, ratio, interval: between } = difference;
          const none = ratio === true ? 1 : 0;
          const isRejected = adjustedP !== null && adjustedP <= 0.05;
          counts[adjustedP === null ? 'untested' : isRejected ? 'rejected' : 'kept'] += 1;
          // An interval that is not bounded excludes nothing.
          if (between === null) {
            expect(isRejected).toBe(false);
            continue;
          }
          const [low, high] = between;
          expect(low > none || high < none, JSON.stringify(difference)).toBe(isRejected);
          if (adjustedP !== null) {
            expect(difference.mean).toBeGreaterThanOrEqual(low);
            expect(difference.mean).toBeLessThanOrEqual(high);
          }
        }
      }
    }
    for (const count of Object.values(counts)) expect(count).toBeGreaterThan(20);
  });
});

it('perplexity is exp of the token-weighted loss', () => {
  const rows: MetricRow[] = [
    { series: 'documents', item: 'a', weight: 10, values: { perplexity: Math.exp(1) } },
    { series: 'documents', item: 'b', weight: 30, values: { perplexity: Math.exp(2) } },
    { series: 'summary', label: 'documents', values: { perplexity: 99 } },
    { series: 'train', item: 'a', step: 3, values: { perplexity: 99 } },
  ];
  expect(cellsOf([variant('base', rows)], perplexity).get('base')?.mean).toBeCloseTo(
    Math.exp(1.75),
    12,
  );
});

// Acceptance, with a few of the simulations of bench/statistics.
it('says of equally good variants in at most 5 % of tables that one is better or worse', () => {
  const error = familyWiseError(
    { variants: 12, questions: 100, rate: 0.5 },
    { simulations: 120, seed: 5 },
  );
  expect(error).toBeLessThanOrEqual(0.05);
});
