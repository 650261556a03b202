import { type Metric } from '@graft/graph';
import { describe, expect, it } from 'vitest';
import type { Claim, Expectation, RunItems } from './claim-file.ts';
import { tableOfItems } from './claim-tables.ts';
import { outcome } from './expectations.ts';
import { claimBlock, expectationText, withBlock } from './readme-block.ts';

const accuracy: Metric = {
  ...{ name: 'accuracy', direction: 'higher', aggregation: 'mean', range: [0, 1] },
};
const questions = Array.from({ length: 20 }, (_, at) => `q${String(at)}`);

/** A run whose answers are right to the questions before `right`. */
function run(variant: string, right: number, seed = 1): RunItems {
  const rows = questions.map((item, at) => ({
    ...{ series: 'items', item },
    values: { accuracy: at < right ? 1 : 0 },
  }));
  return { experiment: variant === 'again' ? 'two' : 'one', variant, seed, rows };
}
const items = [
  ...[run('poor', 2), run('good', 18), run('poor', 2, 2)],
  ...[run('good', 16, 2), run('fair', 3), run('fair', 3, 2)],
  ...[run('again', 2), run('again', 2, 2)],
];
const skeleton = (...variants: string[]) => ({
  ...{ baseline: variants[0] ?? '', metrics: [accuracy] },
  rows: variants.map((variant) => ({ variant, settings: { is: variant } })),
});
const tables = {
  one: tableOfItems(
    skeleton('poor', 'good', 'fair'),
    items.filter(({ experiment }) => experiment === 'one'),
  ),
  two: tableOfItems(
    skeleton('again'),
    items.filter(({ experiment }) => experiment === 'two'),
  ),
};
const told = (expectation: Partial<Expectation>) =>
  outcome(
    {
      ...{ experiment: 'one', variant: 'good', metric: 'accuracy', is: 'better', than: 'poor' },
      ...expectation,
    },
    { tables, items },
  );

describe('an expectation', () => {
  it('is a test where it says better or worse, and a direction at a reduced size', () => {
    expect(told({})).toMatchObject({ holds: true, points: true });
    expect(told({}).figures).toMatch(/^0\.750 \[/);
    expect(told({ variant: 'poor', is: 'worse', than: 'good' })).toMatchObject({ holds: true });
    expect(told({ is: 'worse' })).toMatchObject({ holds: false, points: false });
    // One question of twenty is no evidence, though it points that way.
    expect(told({ variant: 'fair' })).toMatchObject({ holds: false, points: true });
  });

  it('of “no worse” without a margin is not asked', () => {
    const outcome = told({ variant: 'fair', is: 'no worse' });
    expect(outcome).toMatchObject({ holds: false, notAsked: 'no margin was stated' });
    expect(told({ variant: 'fair', is: 'no worse', by: 0.5 }).notAsked).toBeUndefined();
    // It is worse for certain, which no margin would change.
    const worse = told({ variant: 'poor', is: 'no worse', than: 'good' });
    expect(worse).toMatchObject({ holds: false, points: false });
    expect(worse.notAsked).toBeUndefined();
  });

  it('writes an end with the digits that show on which side it lies', () => {
    const loss: Metric = {
      ...{ name: 'loss', direction: 'lower', aggregation: 'weighted-geometric-mean' },
    };
    const runs = ['base', 'little'].map((variant, at): RunItems => ({
      ...{ experiment: 'texts', variant },
      rows: questions.map((item, place) => ({
        ...{ series: 'items', item },
        values: { loss: (10 + place) * (1 + 0.0004 * at) },
      })),
    }));
    const rows = ['base', 'little'].map((variant) => ({ variant, settings: {} }));
    const texts = tableOfItems({ baseline: 'base', metrics: [loss], rows }, runs);
    const cell = { experiment: 'texts', variant: 'little', metric: 'loss' };
    const { figures } = outcome(
      { ...cell, is: 'worse', than: 'base' },
      { tables: { texts }, items: runs },
    );
    expect(figures).toContain('[×1.0004, ×1.0004]');
  });

  it('pairs runs by seed, in whatever order they were written', () => {
    const shuffled = [...items].reverse();
    const same = { experiment: 'one', variant: 'poor', metric: 'accuracy' };
    const mixed = (is: Expectation['is']) =>
      outcome({ ...same, variant: 'good', is, than: 'good' }, { tables, items: shuffled }).holds;
    expect(mixed('identical')).toBe(true);
    const reordered = shuffled.filter(({ experiment }) => experiment === 'one');
    expect(tableOfItems(skeleton('poor', 'good', 'fair'), reordered)).toEqual(tables.one);
  });

  it('compares perplexities as ratios', () => {
    const perplexity: Metric = {
      ...{ name: 'perplexity', direction: 'lower', aggregation: 'weighted-geometric-mean' },
    };
    const runs = ['base', 'half more'].map((variant, at): RunItems => ({
      ...{ experiment: 'texts', variant },
      rows: questions.map((item, place) => ({
        ...{ series: 'items', item },
        values: { perplexity: (10 + place) * (1 + at / 2) },
      })),
    }));
    const rows = ['base', 'half more'].map((variant) => ({ variant, settings: {} }));
    const texts = tableOfItems({ baseline: 'base', metrics: [perplexity], rows }, runs);
    const of = (expectation: Partial<Expectation>) =>
      outcome(
        {
          ...{ experiment: 'texts', variant: 'half more', metric: 'perplexity' },
          ...{ is: 'worse', than: 'base', ...expectation },
        },
        { tables: { texts }, items: runs },
      );
    expect(of({})).toMatchObject({ holds: true, figures: '×1.50 [×1.50, ×1.50], p < 0.0001' });
    const margin = (by: number) => of({ is: 'no worse', by }).holds;
    expect([margin(0.4), margin(0.6)]).toEqual([false, true]);
    expect(of({ variant: 'base', than: 'half more', is: 'no worse', by: 0.1 }).holds).toBe(true);
  });

  it('allows for a share by which it may be worse, which the whole interval keeps to', () => {
    const than = 'good';
    expect(told({ variant: 'good', is: 'no worse', than: 'poor', by: 0.1 }).holds).toBe(true);
    expect(told({ variant: 'fair', is: 'no worse', than, by: 0.1 })).toMatchObject({
      ...{ holds: false, points: false },
    });
    // It is worse by a third, and may be by more than a half.
    expect(told({ variant: 'poor', is: 'no worse', than: 'fair', by: 0.5 })).toMatchObject({
      ...{ holds: false, points: true },
    });
    expect(() => told({ by: 0.1 })).toThrow('"no worse"');
  });

  it('takes the whole interval to be above or below a number', () => {
    expect(told({ is: 'above', than: 0.5 }).holds).toBe(true);
    expect(told({ is: 'above', than: 0.8 }).holds).toBe(false);
    expect(told({ variant: 'poor', is: 'below', than: 0.5 }).holds).toBe(true);
    expect(told({ variant: 'poor', is: 'below', than: 0.15 }).holds).toBe(false);
  });

  it('compares across experiments to the last bit', () => {
    const than = { experiment: 'two', variant: 'again' };
    expect(told({ variant: 'poor', is: 'identical', than })).toMatchObject({
      ...{ holds: true, figures: '40 values the same' },
    });
    expect(told({ variant: 'fair', is: 'identical', than })).toMatchObject({ holds: false });
    const last = items.at(-1);
    if (last === undefined) throw new Error('There is no run.');
    const off = last.rows.map((row, at) =>
      at === 0 ? { ...row, values: { accuracy: 1 - Number.EPSILON / 2 } } : row,
    );
    const expectation: Expectation = {
      ...{ experiment: 'one', variant: 'poor', metric: 'accuracy', is: 'identical', than },
    };
    const changed = [...items.slice(0, -1), { ...last, rows: off }];
    expect(outcome(expectation, { tables, items: changed }).holds).toBe(false);
  });

  it('is refused where the tables do not have it', () => {
    expect(() => told({ metric: 'f1' })).toThrow('"f1"');
    expect(() => told({ than: 'best' })).toThrow('"best"');
    expect(() => told({ than: 0.5 })).toThrow('two variants');
    expect(() => told({ is: 'above' })).toThrow('a number');
  });
});

it('the table has every seed by itself', () => {
  expect(tables.one.seeds).toEqual({
    1: { poor: [0.1], good: [0.9], fair: [0.15] },
    2: { poor: [0.1], good: [0.8], fair: [0.15] },
  });
  expect(tables.one.table.rows[1]?.cells[0]).toMatchObject({ n: 20, failures: 0 });
});

const claim: Claim = {
  ...{ claim: 2, title: '', says: '', graph: 'a.graft.json', conclusion: '', holds: true },
  expect: [{ experiment: 'one', variant: 'good', metric: 'accuracy', is: 'better', than: 'poor' }],
  costs: { adapter: { nodes: ['a'], seconds: 12.34, trained: 0.0178, kept: 19_600_000 } },
  measured: {
    ...{ date: '2026-11-27T02:52:57Z', seconds: 300, cores: 2, cpu: 'a processor' },
    digest: '',
  },
};

it('a README has what was measured between its marks, and all else as it was', () => {
  const block = claimBlock(claim, { tables, items });
  const text = withBlock('# One\n<!-- claim -->\nbefore\n<!-- /claim -->\nend', block);
  expect(text.startsWith('# One\n<!-- claim -->\n**The claim holds.**')).toBe(true);
  expect(text.endsWith('<!-- /claim -->\nend')).toBe(true);
  expect(text).not.toContain('before\n');
  expect(text).toMatch(/\| good \| 0\.850 \[0\.\d+, 0\.\d+\]<br>0\.900 · 0\.800 \|/);
  expect(text).toContain('| adapter | 12.3 s | – | 1.78 % | 20 MB |');
  expect(text).toContain('Measured 2026-11-27 on 2 cores');
  expect(text).toContain('5.0 minutes');
  expect(withBlock(text, block)).toBe(text);
  expect(() => withBlock('# One', block)).toThrow('no <!-- claim -->');
});

it('a README tells when the claim was registered, and what was amended', () => {
  const amended = [{ when: '2026-11-28T09:00:00Z', what: 'Two seeds more.', why: 'It was close.' }];
  const blockOf = (history: Partial<Claim>) =>
    claimBlock({ ...claim, ...history }, { tables, items });
  expect(blockOf({ registered: 'unknown' })).toContain('Registered: unknown.');
  expect(blockOf({})).not.toContain('Amended');
  const text = blockOf({ registered: { date: '2026-11-26T09:00:00Z', digest: '' }, amended });
  expect(text).toContain('Registered 2026-11-26');
  expect(text).toContain('Amended:\n\n- 2026-11-28: Two seeds more. It was close.');
});

it('a README tells seeds that only repeat from those that differ', () => {
  const block = claimBlock(claim, { tables, items });
  expect(block).toContain(
    'of 95 % for these trainings only, and below them the means of the seeds 1, 2:',
  );
  expect(block).toContain('of 95 %. The seeds 1, 2 gave the same values');
  expect(block).toMatch(/\| again \| 0\.100 \[\d\.\d+, \d\.\d+\] \|/);
});

it('an expectation tells what its test says, and where only the mean counts', () => {
  expect(told({}).figures).toMatch(/, p (= 0\.\d+|< 0\.0001)$/);
  expect(told({ variant: 'fair' }).figures).toMatch(/, too few differ \(1\)$/);
  expect(told({ is: 'no worse', by: 0.1 }).figures).toMatch(/\]$/);
  const [better] = claim.expect;
  if (better === undefined) throw new Error('The claim expects something.');
  expect(
    claimBlock({ ...claim, expect: [{ ...better, is: 'no worse' }] }, { tables, items }),
  ).toContain('| not asked: no margin was stated |');
  expect(expectationText({ ...better, is: 'no worse', by: 0.1 })).toContain('is no worse than');
});
