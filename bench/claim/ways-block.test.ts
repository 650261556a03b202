import { type Metric } from '@graft/graph';
import { expect, it } from 'vitest';
import type { Claim, ClaimCost, RunItems } from './claim-file.ts';
import { tableOfItems } from './claim-tables.ts';
import { waysBlock } from './ways-block.ts';

const accuracy: Metric = {
  ...{ name: 'accuracy', direction: 'higher', aggregation: 'mean', range: [0, 1] },
};

/** Of five questions; so many are right of each variant. */
function tablesOf(right: Readonly<Record<string, number>>): NonNullable<Claim['tables']> {
  const items = Object.entries(right).map(([variant, count]): RunItems => ({
    ...{ experiment: 'ways', variant, seed: 1 },
    rows: Array.from({ length: 5 }, (_, at) => ({
      ...{ series: 'items', item: String(at), values: { accuracy: at < count ? 1 : 0 } },
    })),
  }));
  const rows = Object.keys(right).map((variant) => ({ variant, settings: {} }));
  return { ways: tableOfItems({ baseline: 'nothing', metrics: [accuracy], rows }, items) };
}

function claimOf(costs: Readonly<Record<string, Partial<ClaimCost>>>, isMeasured = true): Claim {
  return {
    ...{ claim: 2, title: 'One', says: '', graph: 'a.graft.json', expect: [], conclusion: '' },
    costs: Object.fromEntries(
      Object.entries(costs).map(([name, cost]) => [name, { nodes: ['a'], ...cost }]),
    ),
    ...(isMeasured
      ? { measured: { date: '2026-11-27T02:52:57Z', seconds: 1, cores: 2, cpu: '', digest: '' } }
      : {}),
    tables: tablesOf({ nothing: 1, adapter: 4, 'looked up': 0 }),
  };
}
const brings = (variant: string) => ({
  ...{ experiment: 'ways', variant, metric: 'accuracy', than: 'nothing' },
});
const adapter: Partial<ClaimCost> = { way: 'LoRA', seconds: 10, trained: 0.02, kept: 20 };
const one = claimOf({
  adapter: { ...adapter, brings: brings('adapter') },
  'looked up': { way: 'retrieval', seconds: 1, kept: 1, brings: brings('looked up') },
  another: { seconds: 1000 },
});
const two = claimOf({
  adapter: { ...adapter, brings: brings('adapter') },
  full: { way: 'fine-tuning', seconds: 500, trained: 1 },
  index: { way: 'retrieval', seconds: 4 },
});

it('ways stand side by side as ratios over the examples that have both', () => {
  const [, , ...rows] = waysBlock([
    ['one', one],
    ['two', two],
  ]).split('\n');
  expect(rows.slice(0, 3)).toEqual([
    '| fine-tuning: all weights of a trained model | 50 (1) | – | 50 (1) | – |  |',
    '| LoRA: an adapter of a trained model | 1 | – | 1 | 1 | [`one`](one/README.md) +0.60<br>[`two`](two/README.md) +0.60 |',
    // The root of a tenth times four tenths.
    '| retrieval: nothing trained, looked up | 0.2 (2) | – | – | 0.05 (1) | [`one`](one/README.md) −0.20 |',
  ]);
});

it('what was not measured is left out', () => {
  const claims = [
    ['one', one],
    ['two', claimOf(two.costs, false)],
  ] as const;
  expect(waysBlock(claims)).not.toMatch(/two|fine-tuning/);
  expect(waysBlock([])).not.toContain('NaN');
});

it('a way that stands twice in a claim is refused, and a cell that its table has not', () => {
  const twice = claimOf({ adapter, again: adapter });
  expect(() => waysBlock([['twice', twice]])).toThrow('"One" has two costs of the way "LoRA"');
  const lost = claimOf({ adapter: { ...adapter, brings: brings('best') } });
  expect(() => waysBlock([['lost', lost]])).toThrow('"ways" of lost has no "accuracy" of "best"');
});
