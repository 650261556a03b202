import { expect, it } from 'vitest';
import { knownMetric, type Metric } from '../metrics/metric.ts';
import type { EvidenceTable, Recommendation } from '../metrics/evidence-table.ts';
import type { MetricRow } from '../metrics/metrics.ts';
import { evidenceTable, type VariantEvidence } from './make-table.ts';
import { recommendationByTurns } from './recommendation.ts';
import { SeededRandom } from './seeded-random.ts';
import { inMetricWords } from './table-words.ts';
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

async function tableOf(
  given: Readonly<Record<string, Given>>,
  options: {
    readonly metric?: Metric;
    readonly dropped?: readonly string[];
    readonly prefer?: readonly string[];
  } = {},
): Promise<EvidenceTable & { readonly recommendation: Recommendation }> {
  const { metric = accuracy } = options;
  const variants = Object.entries(given).map(([name, { values, ...rest }]): VariantEvidence => ({
    ...{ name, settings: {}, repeats: [rowsOf(values, metric.name)] },
    ...rest,
  }));
  const table = evidenceTable(variants, { baseline: 'base', metrics: [metric] });
  const input = { table, variants, prefer, ...options };
  return {
    ...table,
    recommendation: await recommendationByTurns(input, () => Promise.resolve()),
  };
}

const recommended = async (...given: Parameters<typeof tableOf>): Promise<Recommendation> =>
  (await tableOf(...given)).recommendation;
const words = async (...given: Parameters<typeof tableOf>): Promise<string | undefined> =>
  verdictWords(inMetricWords(await tableOf(...given)));

it('takes the one to prefer of those that are not shown to differ from the best', async () => {
  const given = {
    base: { values: right(16) },
    retrieval: { values: right(62) },
    adapter: { values: right(30) },
    both: { values: right(65) },
  };
  expect(await recommended(given)).toEqual({
    ...{ variant: 'retrieval', n: 80, equals: ['both'], worse: ['adapter'] },
    ...{ open: [], dropped: [], incomplete: [] },
  });
  expect(await words(given)).toBe(
    'Use “retrieval” (0.78): by accuracy, it is better than “base” (0.20). 80 questions show no difference from “both” (0.81), which takes more work; shown to be worse: “adapter” (0.38). This holds for one run of each; 5 seeds would show how much training varies.',
  );
});

it('takes the best where it is shown to be better than what is preferred', async () => {
  const { variant, worse } = await recommended({
    base: { values: right(16) },
    retrieval: { values: right(40) },
    adapter: { values: right(30) },
    both: { values: right(70) },
  });
  expect([variant, worse]).toEqual(['both', ['retrieval', 'adapter']]);
});

it('takes none that is shown to be worse than another, even where that is not the best', async () => {
  // Better by little on every question, and one with a better mean that varies more.
  const noise = (at: number): number => (at % 2 === 0 ? 0.3 : -0.3);
  const values = (mean: number, varies = 0): number[] =>
    Array.from({ length: 80 }, (_, at) => mean + (varies === 0 ? 0 : noise(at)));
  const f1 = metricOf('f1');
  const given = {
    base: { values: values(0.2) },
    retrieval: { values: values(0.32) },
    adapter: { values: values(0.4) },
    both: { values: values(0.41, 1) },
  };
  expect(await recommended(given, { metric: f1 })).toMatchObject({
    ...{ variant: 'adapter', equals: ['both'], worse: ['retrieval'] },
  });
});

it('takes what has less of a metric of which less is better', async () => {
  const { variant } = await recommended(
    { base: { values: right(70) }, retrieval: { values: right(10) }, both: { values: right(8) } },
    { metric: metricOf('falseAbstention') },
  );
  expect(variant).toBe('retrieval');
});

it('is not led by a variant of which most answers failed', async () => {
  const failed = { accuracy: Array.from({ length: 70 }, (_, at) => `q${at + 10}`) };
  const { variant, n } = await recommended({
    base: { values: right(16) },
    retrieval: { values: right(62) },
    both: { values: right(10, { of: 10 }), failed },
  });
  expect([variant, n]).toEqual(['retrieval', 80]);
});

it.each([39, 1])('recommends none on %i questions', async (of) => {
  const given = { base: { values: right(2, { of }) }, retrieval: { values: right(of, { of }) } };
  expect(await recommended(given)).toMatchObject({ none: 'too few', n: of });
  const counted = of === 1 ? '1 question is' : '39 questions are';
  expect(await words(given)).toContain(
    `No recommendation: ${counted} too few: a recommendation needs at least 40.`,
  );
});

it('recommends none where no variant is shown to be better than the baseline, and says of each what is known', async () => {
  const given = {
    base: { values: right(16) },
    retrieval: { values: right(20) },
    both: { values: right(22) },
  };
  expect(await recommended(given)).toMatchObject({
    none: 'none better',
    open: ['retrieval', 'both'],
  });
  expect(await words(given)).toMatch(
    /^No recommendation: no variant is shown to be better than the baseline, “base” \(0\.20\)\. By accuracy, “both” leads/,
  );
});

it('says to look at results where every mean is 0', async () => {
  const given = { base: { values: right(0) }, retrieval: { values: right(0) } };
  expect(await words(given)).toMatch(
    /^No recommendation: .*\. Every mean is 0: before you conclude anything, look at some results beside their references\. /,
  );
});

it('leaves out what has no complete result, and names what the race has dropped', async () => {
  const given = {
    base: { values: right(16) },
    retrieval: { values: right(62) },
    adapter: { values: right(5, { of: 14 }), problem: 'Dropped at look 1 of 6.' },
    both: { values: right(75, { of: 79 }), problem: 'It did not finish.' },
  };
  const { variant, dropped, incomplete } = await recommended(given, { dropped: ['adapter'] });
  expect([variant, dropped, incomplete]).toEqual(['retrieval', ['adapter'], ['both']]);
  expect(await words(given, { dropped: ['adapter'] })).toContain(
    'Dropped in the race: “adapter” (0.36); left out, without a complete result: “both” (0.95). This holds for one run',
  );
});

it('does not count variants among which it was not asked to recommend', async () => {
  const given = {
    base: { values: right(16) },
    retrieval: { values: right(40) },
    other: { values: right(70) },
  };
  expect(await recommended(given)).toMatchObject({
    variant: 'retrieval',
    worse: [],
    incomplete: [],
  });
  expect(await recommended(given, { prefer: ['retrieval', 'other'] })).toMatchObject({
    ...{ variant: 'other', worse: ['retrieval'] },
  });
});

it('says why where the baseline or all others have no complete result', async () => {
  const problem = 'It did not finish.';
  const noBase = {
    base: { values: right(16), problem },
    retrieval: { values: right(62) },
  };
  expect(await words(noBase)).toContain(
    'No recommendation: the baseline, “base” (0.20), has no complete result.',
  );
  const noOther = { base: { values: right(16) }, retrieval: { values: right(62), problem } };
  expect(await words(noOther)).toContain(
    'no variant but the baseline, “base” (0.20), has a complete result',
  );
});

it('says nothing of other trainings where five seeds ran', async () => {
  const seeds = (count: number): Given => ({
    values: [],
    repeats: Array.from({ length: 5 }, () => rowsOf(right(count))),
  });
  const given = { base: seeds(16), retrieval: seeds(62) };
  expect(await words(given)).toBe(
    'Use “retrieval” (0.78): by accuracy, it is better than “base” (0.20).',
  );
});

it('never recommends what the table does not call better', async () => {
  const random = new SeededRandom(7);
  for (let draw = 0; draw < 60; draw++) {
    const drawn = (share: number) => ({
      values: right(80).map(() => (random.uniform() < share ? 1 : 0)),
    });
    const shares = [0.3, 0.35, 0.45, 0.5].map((share) => drawn(share));
    const [base, retrieval, adapter, both] = shares;
    if (!base || !retrieval || !adapter || !both) throw new Error('There are four.');
    const { recommendation, rows } = await tableOf({ base, retrieval, adapter, both });
    const better = rows.filter(({ cells }) => cells[0]?.difference?.verdict === 'better');
    const names = better.map(({ variant }) => variant);
    if (recommendation.variant === undefined) expect(names).toEqual([]);
    else expect(names).toContain(recommendation.variant);
  }
});
