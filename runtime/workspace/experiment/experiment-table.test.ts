import { expect, it } from 'vitest';
import { experimentTable } from './experiment-table.ts';
import type { VariantResult } from './variant-result.ts';

const metrics = [{ node: 'score', port: 'metrics', metric: 'accuracy' }];
const rows = Array.from({ length: 30 }, (_, at) => ({
  ...{ series: 'answers', item: `q${String(at)}`, values: { accuracy: at % 2 } },
}));
const result = (variant: string, seed: number, rest: Partial<VariantResult> = {}) => ({
  ...{ variant, seed, status: 'succeeded' as const, rows, ms: 1 },
  ...{ steps: { total: 1, computed: 1, reused: 0 } },
  ...rest,
});

it('counts what a whole repeat failed to give, and not what was only stopped', async () => {
  const table = await experimentTable(
    {
      ...{ baseline: 'base', metrics, lower: [], seeds: { length: 2 } },
      variants: ['base', 'fails', 'stops'].map((name) => ({ name, settings: {}, problems: [] })),
    },
    [
      ...[result('base', 1), result('base', 2)],
      ...[result('fails', 1), result('fails', 2, { status: 'failed', rows: [] })],
      ...[result('stops', 1), result('stops', 2, { status: 'cancelled', rows: [] })],
    ],
  );
  expect(table.rows.map(({ cells: [cell] }) => [cell?.n, cell?.failures])).toEqual([
    [30, 0],
    [30, 30],
    [30, 0],
  ]);
});

it.each([
  [true, 'Not finished yet.'],
  [false, 'It did not finish.'],
])('says of a variant without its runs, while the experiment runs: %s', async (isRunning, why) => {
  const table = await experimentTable(
    {
      ...{ baseline: 'base', metrics, lower: [], seeds: { length: 1 }, isRunning },
      variants: ['base', 'slow'].map((name) => ({ name, settings: {}, problems: [] })),
    },
    [result('base', 1)],
  );
  expect(table.rows.map(({ problem }) => problem)).toEqual([undefined, why]);
});

it('pairs runs by seed, whichever ended first', async () => {
  const lucky = (more: number): VariantResult['rows'] =>
    rows.map((row, at) => ({ ...row, values: { accuracy: more + Math.sin(at) } }));
  const plan = {
    ...{ baseline: 'base', metrics, lower: [], seeds: { length: 5 } },
    variants: ['base', 'better'].map((name) => ({ name, settings: {}, problems: [] })),
  };
  const of = (variant: string, gain: number) =>
    [1, 2, 3, 4, 5].map((seed) =>
      result(variant, seed, { rows: lucky(gain + 10 * Math.sin(seed)) }),
    );
  const [base, better] = [of('base', 0), of('better', 1)];
  const inOrder = await experimentTable(plan, [...base, ...better]);
  expect(inOrder.rows[1]?.cells[0]?.difference?.verdict).toBe('better');
  const asTheyEnded = [...better.slice(2), ...base, ...better.slice(0, 2)];
  expect(await experimentTable(plan, asTheyEnded)).toEqual(inOrder);
  const last = result('better', 5, { status: 'cancelled', rows: [] });
  const stopped = await experimentTable(plan, [last, ...better.slice(0, 4), ...base]);
  expect(stopped.seeds).toBe(4);
});

it('says of how many runs its tokens are', async () => {
  const table = await experimentTable(
    {
      ...{ baseline: 'base', metrics, lower: [], seeds: { length: 2 } },
      variants: ['base', 'fails'].map((name) => ({ name, settings: {}, problems: [] })),
    },
    [
      ...[result('base', 1, { tokens: 300 }), result('base', 2, { tokens: 320 })],
      ...[result('fails', 1, { tokens: 310 }), result('fails', 2, { status: 'failed', rows: [] })],
    ],
  );
  const costs = table.rows.map(({ cost: { tokens, runs } }) => [tokens, runs]);
  expect(costs).toEqual([
    [620, 2],
    [310, undefined],
  ]);
});

it('says which metric no row of a variant has', async () => {
  const missing = [...metrics, { node: 'score', port: 'metrics', metric: 'recall' }];
  const some = rows.map((row) => ({ ...row, values: { ...row.values, recall: 1 } }));
  const table = await experimentTable(
    {
      ...{ baseline: 'base', metrics: missing, lower: [], seeds: { length: 1 } },
      variants: ['base', 'bare'].map((name) => ({ name, settings: {}, problems: [] })),
    },
    [result('base', 1, { rows: some }), result('bare', 1)],
  );
  expect(table.rows.map(({ problem, named }) => ({ problem, named }))).toEqual([
    {},
    {
      problem: 'No row of "score.metrics" has the metric "recall".',
      named: [{ text: '"score.metrics"', node: 'score' }],
    },
  ]);
});

it('counts what failed by its items, where a question has several or they are called otherwise', async () => {
  const rowsOf = (questions: readonly string[]) =>
    questions.flatMap((question) =>
      ['a', 'b'].map((part) => ({
        ...{ series: 'answers', item: `${question}/${part}`, question, values: { accuracy: 1 } },
      })),
    );
  const failed = { accuracy: ['q2', 'q3'] };
  const table = await experimentTable(
    {
      ...{ baseline: 'base', metrics, lower: [], seeds: { length: 1 } },
      variants: ['base', 'fails'].map((name) => ({ name, settings: {}, problems: [] })),
    },
    [
      result('base', 1, { rows: rowsOf(['q1', 'q2']), failed: { accuracy: ['q3'] } }),
      result('fails', 1, { rows: rowsOf(['q1']), failed }),
    ],
  );
  expect(table.rows.map(({ cells: [cell] }) => cell?.failures)).toEqual([1, 3]);
  expect(table.failedInAll).toEqual({ accuracy: 1 });
});
