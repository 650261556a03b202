import {
  raceLooks,
  type ExperimentPlan,
  type MetricRow,
  type UnstampedExperimentEvent,
  type Variant,
} from '@graft/graph';
import { expect, it } from 'vitest';
import { experimentTable, tableMetrics } from './experiment-table.ts';
import { runRace, type Look } from './race-runs.ts';
import type { VariantResult } from './variant-result.ts';

const race = { looks: 4, error: 0.05 };
const ids = Array.from({ length: 120 }, (_, at) => `q${String(at)}`);
const looks = raceLooks(ids, race);
const variant = (name: string): Variant => ({
  ...{ name, settings: { name }, problems: [] },
  graph: { nodes: {}, edges: [], layout: {}, lock: { models: {}, files: {}, graphs: {} } },
});
const variants = ['saved', 'best', 'near', 'far', 'frail'].map(variant);
const plan: ExperimentPlan = {
  ...{ name: 'e', variants, baseline: 'saved', seeds: [1, 2], race, lower: [], only: ['score'] },
  metrics: [{ node: 'score', port: 'metrics', metric: 'accuracy' }],
};
const [metric = { name: '', direction: 'higher', aggregation: 'mean' } as const] =
  tableMetrics(plan);

/** The first of the questions are right: so many of twenty. */
const rates: Readonly<Record<string, number>> = { saved: 2, best: 18, near: 17, far: 1, frail: 16 };
function rowsOf(name: string, part: readonly string[]): MetricRow[] {
  return part.map((item) => ({
    ...{ series: 'questions', item, question: item },
    values: { accuracy: Number(item.slice(1)) % 20 < (rates[name] ?? 0) ? 1 : 0 },
  }));
}

function racing(stopAfter = Number.POSITIVE_INFINITY) {
  const results: VariantResult[] = [];
  const events: UnstampedExperimentEvent[] = [];
  const dropped = runRace({
    ...{ plan, race, metric, variants },
    emit: (event) => void events.push(event),
    run(those, { look, share }: Look) {
      if (look > stopAfter) return Promise.resolve(undefined);
      expect(share).toBe(look < 4 ? look / 4 : undefined);
      const made = those.flatMap(({ name }) =>
        plan.seeds.map((seed): VariantResult => {
          const fails = name === 'frail' && look === 1;
          return {
            ...{ variant: name, seed, look, status: fails ? 'failed' : 'succeeded', ms: 1 },
            rows: fails ? [] : rowsOf(name, looks[look - 1] ?? []),
            steps: { total: 2, computed: 1, reused: 1 },
          };
        }),
      );
      results.push(...made);
      return Promise.resolve(made);
    },
  });
  return { dropped, results, events };
}
const namesAt = (results: readonly VariantResult[], look: number): string[] =>
  results.filter((one) => one.look === look && one.seed === 1).map((one) => one.variant);

it('leaves the far behind, keeps the baseline, and tries at the end who failed on a part', async () => {
  const { dropped, results, events } = racing();
  const drops = await dropped;
  expect(drops).toMatchObject([
    { variant: 'far', look: 1, behind: expect.stringMatching(/best|near/) },
  ]);
  expect([1, 2, 4].map((look) => namesAt(results, look))).toEqual([
    ['saved', 'best', 'near', 'far', 'frail'],
    ['saved', 'best', 'near'],
    ['saved', 'best', 'near', 'frail'],
  ]);
  expect(events).toMatchObject([
    // Two seeds: three variants at two looks, four at the last.
    { type: 'race.looked', look: 1, items: 30, dropped: [{ variant: 'far' }], runs: 20 },
    { look: 2, items: 60, dropped: [], runs: 14 },
    { look: 3, items: 90, dropped: [], runs: 8 },
  ]);
  const table = await experimentTable(plan, results, drops);
  expect(
    table.rows.map(({ variant: name, cells: [cell] }) => [name, cell?.n, cell?.failures]),
  ).toEqual([
    ['saved', 120, 0],
    ['best', 120, 0],
    ['near', 120, 0],
    ['far', 30, 0],
    ['frail', 120, 0],
  ]);
  expect(table.rows.flatMap(({ problem }) => problem ?? [])).toEqual([
    expect.stringMatching(
      /^Dropped at look 1 of 4, after 30 questions: −0\.\d+ \[−.*\] to “(best|near)”/,
    ),
  ]);
  // Of 5 × 2 × 120, one variant saw 30 twice.
  expect(table.race).toBe(
    'The race dropped 1 of 5 variants early: 1,020 evaluations instead of 1,200, 15 % saved. The risk that it dropped the best for these seeds is at most 5 %.',
  );
  expect(table.rows[1]?.cells[0]?.difference?.verdict).toBe('better');
  expect(table.rows[3]?.cost).toMatchObject({ steps: 4 });
  expect(table.rows[1]?.cost).toMatchObject({ steps: 16, reused: 8, ms: 8 });
});

it('that was stopped tells what it had seen', async () => {
  const { dropped, results } = racing(2);
  const table = await experimentTable(plan, results, await dropped);
  expect(table.rows.map(({ cells: [cell] }) => cell?.n)).toEqual([60, 60, 60, 30, 0]);
  expect(table.rows[0]?.problem).toBe('It did not finish.');
});
