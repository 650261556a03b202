import { expect, it } from 'vitest';
import { knownMetric, type Metric } from '../metrics/metric.ts';
import type { Recommendation } from '../metrics/evidence-table.ts';
import type { MetricRow } from '../metrics/metrics.ts';
import { evidenceTable, type VariantEvidence } from './make-table.ts';
import { recommendationByTurns } from './recommendation.ts';
import { SeededRandom } from './seeded-random.ts';
import { verdictWords } from './verdict-words.ts';

const metricOf = (name: string): Metric => {
  const metric = knownMetric(name);
  if (metric === undefined) throw new Error(`no metric ${name}`);
  return metric;
};
const accuracy = metricOf('accuracy');

const rowsOf = (values: readonly number[], metric = 'accuracy'): MetricRow[] =>
  values.map((value, at) => ({ series: 'all', item: `q${at}`, values: { [metric]: value } }));

/** Of `of` questions, those from `first` on are right. */
const right = (count: number, { first = 0, of = 80 } = {}): number[] =>
  Array.from({ length: of }, (_, at) => (at >= first && at < first + count ? 1 : 0));

interface Given extends Partial<VariantEvidence> {
  readonly values: readonly number[];
}

const prefer = ['base', 'retrieval', 'adapter', 'both'];

async function recommended(
  given: Readonly<Record<string, Given>>,
  { metric = accuracy, dropped = [] as readonly string[] } = {},
): Promise<Recommendation> {
  const variants = Object.entries(given).map(([name, { values, ...rest }]): VariantEvidence => ({
    ...{ name, settings: {}, repeats: [rowsOf(values, metric.name)] },
    ...rest,
  }));
  const table = evidenceTable(variants, { baseline: 'base', metrics: [metric] });
  return recommendationByTurns({ table, variants, prefer, dropped }, () => Promise.resolve());
}

it('takes the one to prefer of those that are not told from the best', async () => {
  const { variant, text } = await recommended({
    base: { values: right(16) },
    retrieval: { values: right(62) },
    adapter: { values: right(30) },
    both: { values: right(65) },
  });
  expect(variant).toBe('retrieval');
  expect(text).toBe(
    'Use “retrieval”: accuracy 0.78, where “base” has 0.20. 80 questions do not tell it from “both” (0.81), which the experiment prefers less; worse than the best: “adapter” (0.38). This holds for one run of each: another training may differ, and 5 seeds would show how much.',
  );
});

it('takes the best where it is shown to be better than what is preferred', async () => {
  const { variant, text } = await recommended({
    base: { values: right(16) },
    retrieval: { values: right(40) },
    adapter: { values: right(30) },
    both: { values: right(70) },
  });
  expect(variant).toBe('both');
  expect(text).toContain('Worse than it: “retrieval” (0.50), “adapter” (0.38)');
});

it('takes what has less of a metric of which less is better', async () => {
  const { variant } = await recommended(
    { base: { values: right(70) }, retrieval: { values: right(10) }, both: { values: right(8) } },
    { metric: metricOf('falseAbstention') },
  );
  expect(variant).toBe('retrieval');
});

it('recommends none on too few questions', async () => {
  const given = {
    base: { values: right(2, { of: 39 }) },
    retrieval: { values: right(39, { of: 39 }) },
  };
  expect(await recommended(given)).toEqual({
    text: '39 questions are too few for a recommendation: it takes 40.',
  });
});

it('recommends none where none is shown to be better than the baseline', async () => {
  const { variant, text } = await recommended({
    base: { values: right(16) },
    retrieval: { values: right(20) },
    both: { values: right(22) },
  });
  expect(variant).toBeUndefined();
  expect(text).toBe(
    'None is recommended: 80 questions do not show that any is better than “base” (0.20).',
  );
});

it('leaves out what has no complete result, and names what the race has dropped', async () => {
  const { variant, text } = await recommended(
    {
      base: { values: right(16) },
      retrieval: { values: right(62) },
      adapter: { values: right(5, { of: 14 }), problem: 'Dropped at look 1 of 6.' },
      both: { values: right(75, { of: 79 }), problem: 'It did not finish.' },
    },
    { dropped: ['adapter'] },
  );
  expect(variant).toBe('retrieval');
  expect(text).toContain('Dropped in the race: “adapter”.');
  expect(text).toContain('“both” has no complete result and is left out.');
  const alone = await recommended({
    base: { values: right(16) },
    both: { values: right(70), problem: 'It did not finish.' },
  });
  expect(alone.variant).toBeUndefined();
});

it('takes the place of who leads in the words of its table', async () => {
  const variants = [16, 62].map((count, at): VariantEvidence => ({
    ...{ name: prefer[at] ?? '', settings: {}, repeats: [rowsOf(right(count))] },
  }));
  const table = evidenceTable(variants, { baseline: 'base', metrics: [accuracy] });
  const words = verdictWords({
    ...table,
    recommendation: { variant: 'retrieval', text: 'Use it.' },
  });
  expect(words).toBe('Use it.');
  const none = verdictWords({ ...table, recommendation: { text: 'None is.' } });
  expect(none).toMatch(/^None is\. By accuracy, “retrieval” leads/);
});

it('recommends at most one table in twenty where nothing differs', async () => {
  const random = new SeededRandom(7);
  let wrong = 0;
  for (let draw = 0; draw < 100; draw++) {
    const drawn = () => ({ values: right(80).map(() => (random.uniform() < 0.5 ? 1 : 0)) });
    const { variant } = await recommended({
      ...{ base: drawn(), retrieval: drawn(), adapter: drawn(), both: drawn() },
    });
    if (variant !== undefined) wrong += 1;
  }
  expect(wrong).toBeLessThanOrEqual(10);
});
