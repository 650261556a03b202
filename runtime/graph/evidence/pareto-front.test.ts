import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { EvidenceTable } from '../metrics/evidence-table.ts';
import { knownMetric, type Metric } from '../metrics/metric.ts';
import { paretoFront, paretoText } from './pareto-front.ts';

const of = (name: string): Metric => {
  const metric = knownMetric(name);
  if (metric === undefined) throw new Error(`no metric ${name}`);
  return metric;
};

/** A table of `[mean, tokens of all, questions]` a variant. */
function table(
  rows: Readonly<Record<string, readonly [number | null, number | undefined, number]>>,
  metric = of('accuracy'),
): EvidenceTable {
  const lines = Object.entries(rows).map(([variant, [mean, tokens, n]]) => ({
    ...{ variant, settings: {}, cost: tokens === undefined ? {} : { tokens } },
    cells: [{ metric: metric.name, mean, interval: null, n, failures: 0 }],
  }));
  return { baseline: 'a', confidence: 0.95, metrics: [metric], settings: [], rows: lines };
}
const best = (one: EvidenceTable): string[] =>
  (paretoFront(one)?.points ?? []).filter((point) => point.best).map(({ variant }) => variant);

it('are those that none beats at their cost, cheapest first', () => {
  const rows = { a: [0.4, 3000, 10], b: [0.2, 1000, 10], c: [0.3, 3500, 10] } as const;
  expect(best(table(rows))).toEqual(['b', 'a']);
  expect(paretoFront(table(rows))?.points.map(({ variant }) => variant)).toEqual(['b', 'a', 'c']);
});

it('counts tokens a question, so that what was dropped early is no cheaper for it', () => {
  expect(best(table({ a: [0.4, 3000, 30], b: [0.3, 1000, 5] }))).toEqual(['a']);
});

it('counts every question that was asked, in every run', () => {
  const some = table({ a: [0.4, 6000, 5], b: [0.2, 1000, 5] });
  const [first, second] = some.rows;
  const cells = (row: typeof first) => [
    ...(row?.cells ?? []),
    { metric: 'f1', mean: 0.5, interval: null, n: 10, failures: 0 },
  ];
  const rows = [
    { variant: 'a', settings: {}, cells: cells(first), cost: { tokens: 6000, runs: 3 } },
    { variant: 'b', settings: {}, cells: cells(second), cost: { tokens: 1000 } },
  ];
  const front = paretoFront({ ...some, rows });
  expect(front?.points.map(({ variant, tokens }) => [variant, tokens])).toEqual([
    ['b', 100],
    ['a', 200],
  ]);
});

it('takes the lower for the better where the metric does', () => {
  const rows = { a: [9, 100, 1], b: [7, 100, 1], c: [8, 90, 1] } as const;
  expect(best(table(rows, of('perplexity')))).toEqual(['c', 'b']);
});

it('keeps equals together, and leaves out what has no value or no tokens', () => {
  const rows = {
    a: [0.5, 10, 1],
    b: [0.5, 10, 1],
    c: [null, 1, 0],
    d: [0.9, undefined, 1],
  } as const;
  expect(best(table(rows))).toEqual(['a', 'b']);
  expect(paretoFront(table({ a: [0.5, 10, 1], d: [0.9, undefined, 1] }))).toBeUndefined();
});

it('has for every other variant one of its own that is as good for as little', () => {
  const point = fc.tuple(fc.integer({ min: 0, max: 6 }), fc.integer({ min: 1, max: 6 }));
  fc.assert(
    fc.property(fc.array(point, { minLength: 2, maxLength: 12 }), (drawn) => {
      const rows = Object.fromEntries(
        drawn.map(([mean, tokens], at) => [`v${String(at)}`, [mean, tokens, 1] as const]),
      );
      const { points = [] } = paretoFront(table(rows)) ?? {};
      const front = points.filter((one) => one.best);
      for (const one of points) {
        expect(front.some((own) => own.value >= one.value && own.tokens <= one.tokens)).toBe(true);
        const beaten = points.some(
          (own) =>
            own.value >= one.value &&
            own.tokens <= one.tokens &&
            (own.value > one.value || own.tokens < one.tokens),
        );
        expect(one.best).toBe(!beaten);
      }
    }),
  );
});

it('is said in a sentence', () => {
  const front = paretoFront(table({ a: [0.4, 3000, 10], b: [0.2, 1000, 10] }));
  expect(front && paretoText(front, String)).toBe(
    'Best for their tokens per question, by accuracy: b (0.2 for 100), a (0.4 for 300).',
  );
});
