import { expect, it } from 'vitest';
import type { Metric } from '../metrics/metric.ts';
import type { MetricRow } from '../metrics/metrics.ts';
import type { Difference } from '../metrics/evidence-table.ts';
import { evidenceTable } from './make-table.ts';
import { differenceInterval } from './mean-interval.ts';
import { signFlipInterval } from './sign-flip-interval.ts';
import { holm } from './sign-flip-test.ts';
import { accuracy } from './testing/simulations.ts';
import { atOnce } from './turns.ts';
import { verdictWords } from './verdict-words.ts';

const score: Metric = { name: 'score', direction: 'higher', aggregation: 'mean' };

type Repeat = readonly MetricRow[] | undefined;
const items = Array.from({ length: 30 }, (_, at) => at);
/** A repeat whose values differ from item to item, `more` greater. */
const repeat = (more: number, from = items): Repeat =>
  from.map((at) => ({
    ...{ series: 'items', item: `q${at}` },
    values: { score: more + Math.sin(at) + 0.3 * Math.sin(7 * at + 13 * more) },
  }));
const fails: Repeat = [];

function compared(base: readonly Repeat[], other: readonly Repeat[]) {
  const variants = [
    { name: 'base', settings: {}, repeats: base },
    { name: 'other', settings: {}, repeats: other },
  ];
  const table = evidenceTable(variants, { baseline: 'base', metrics: [score] });
  const cell = table.rows[1]?.cells[0];
  return { seeds: table.seeds, cell, difference: cell?.difference as Difference };
}
const luck = [0, 4, -3, 2, -5];
const base = luck.map((own) => repeat(own));
const gains = luck.map((own) => repeat(own + 1));

it('pairs seeds by their place, so that luck which both share is none of the difference', () => {
  expect(compared(base, gains)).toMatchObject({ seeds: 5, difference: { verdict: 'better' } });
  // Not paired, the luck of the seeds hides it.
  const shuffled = [...gains.slice(2), ...gains.slice(0, 2)];
  expect(compared(base, shuffled).difference.verdict).toBe('no difference shown');
});

it('leaves out a seed that gave nothing, on either side, and has then too few for seeds', () => {
  const four = compared(base.slice(0, 4), gains.slice(0, 4));
  const { failures: _, ...alone } = four.cell ?? {};
  const stopped = compared([...base.slice(0, 4), undefined], [...gains.slice(0, 4), undefined]);
  expect(stopped).toMatchObject({ seeds: 4, cell: alone });
  const failed = compared(base, [...gains.slice(0, 4), fails]);
  expect(failed.seeds).toBe(4);
  expect(failed.cell).toMatchObject({ mean: four.cell?.mean, interval: four.cell?.interval });
  expect(failed.cell?.failures).toBe(30);
  // Of six seeds each gave five, of which they share four.
  const sixth = repeat(3);
  const apart = compared([undefined, ...base.slice(1), sixth], [...gains, undefined]);
  expect(apart.seeds).toBe(4);
});

it('replaces only the end that crosses no difference with that of the signs', () => {
  const places = Array.from({ length: 24 }, (_, at) => at);
  const sums = Float64Array.from(places, (at) => 1 + 0.5 * Math.sin(at));
  const weights = Float64Array.from(places, () => 1);
  const all = { sums, weights };
  const seeds = [-2, -1, 1, 3, 4].map((own) => ({
    sums: sums.map((sum) => sum - 1 + own),
    weights,
  }));
  const options = { level: 0.05, seed: 0, rejects: true };
  const signs = atOnce(signFlipInterval(all, options));
  const both = atOnce(differenceInterval({ all, seeds }, { ...options, metric: score }));
  expect(both?.[0]).toBe(signs[0]);
  expect(both?.[1]).toBeGreaterThan(signs[1]);
});

it('keeps no difference out of the interval of very many groups whose test rejects it', () => {
  const of = (sign: number) => {
    const sums = Float64Array.from({ length: 6000 }, (_, at) => sign * (at < 3050 ? 1 : -1));
    const groups = { sums, weights: sums.map(() => 1) };
    return atOnce(signFlipInterval(groups, { level: 0.05, seed: 0, rejects: true }));
  };
  expect(of(1)[0]).toBeGreaterThan(0);
  expect(of(-1)[1]).toBeLessThan(0);
});

it('holds equal p to the level of the first of them, in whatever order they stand', () => {
  const levels = holm([0.01, 0.01, 0.2, 0.01], 0.05).map(({ level }) => level);
  expect(levels).toEqual([0.0125, 0.0125, 0.05, 0.0125]);
});

it('excludes no difference only beside “better” and “worse”', () => {
  const few = items.slice(0, 15).map((at) => `q${at}`);
  const variants = [
    { name: 'base', settings: {}, repeats: [repeat(0)] },
    {
      ...{ name: 'stopped', settings: {}, given: few },
      repeats: [repeat(3, items.slice(0, 15))],
    },
  ];
  const table = evidenceTable(variants, { baseline: 'base', metrics: [score] });
  const difference = table.rows[1]?.cells[0]?.difference;
  expect(difference).toMatchObject({ verdict: 'too few' });
  expect(difference?.adjustedP).toBeLessThan(0.05);
  expect(difference?.interval?.[0]).toBeLessThanOrEqual(0);
});

it('plans questions only where single ones are compared, over too few seeds for a test of seeds', () => {
  const answers = (right: number, group?: string) =>
    Array.from({ length: 40 }, (_, at) => ({
      ...{ series: 'all', item: `q${at}`, values: { accuracy: at < right ? 1 : 0 } },
      ...(group === undefined ? {} : { group: `${group}${at}` }),
    }));
  const words = (seeds: number, group?: string) =>
    verdictWords(
      evidenceTable(
        [20, 23].map((right) => ({
          ...{ name: String(right), settings: {} },
          repeats: Array.from({ length: seeds }, () => answers(right, group)),
        })),
        { baseline: '20', metrics: [accuracy] },
      ),
    );
  expect(words(4)).toContain('it takes about');
  expect(words(5)).not.toContain('it takes about');
  expect(words(1, 'g')).not.toContain('it takes about');
});
