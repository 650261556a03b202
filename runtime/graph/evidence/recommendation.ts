import type { EvidenceTable, Recommendation } from '../metrics/evidence-table.ts';
import { metricInSentence } from '../metrics/metric-words.ts';
import type { Metric } from '../metrics/metric.ts';
import { type Arm, armsOf } from './arm.ts';
import { compareArms } from './compare-arms.ts';
import { bestFirst } from './leaders.ts';
import type { VariantEvidence } from './make-table.ts';
import { holm } from './sign-flip-test.ts';
import { byTurns, type Turns } from './turns.ts';
import { fewestSeeds } from './two-way.ts';
import { nameVariants } from './variant-words.ts';
import { tableMetricWords } from './table-words.ts';
import { numbersOf } from './verdict-words.ts';

/** With fewer groups behind the deciding metric, no variant is recommended. */
const fewestToRecommend = 40;

const error = 0.05;

export interface RecommendationInput {
  readonly table: EvidenceTable;
  readonly variants: readonly VariantEvidence[];
  /** Names of variants to recommend among, from the one to prefer. */
  readonly prefer: readonly string[];
  /** Names of variants that a race has dropped. */
  readonly dropped?: readonly string[];
  /** Seed of the drawn signs. Default 0. */
  readonly seed?: number;
}

/** A variant with a complete result by the deciding metric. */
interface Able {
  readonly name: string;
  readonly mean: number;
  readonly arm: Arm;
}

/**
 * Which variant to use by the first metric of a table: of those shown to be better than the baseline and not shown to be
 * worse than the best mean, the first in `prefer`. All pairs are tested by the table's sign-flip test and corrected
 * together (Holm), because which one is best is known from the same items. None is recommended below `fewestToRecommend`
 * groups, or if no variant is shown to be better than the baseline.
 */
export function recommendationByTurns(
  input: RecommendationInput,
  pause: () => Promise<void>,
): Promise<Recommendation> {
  return byTurns(recommend(input), pause);
}

function* recommend({
  table,
  variants,
  prefer,
  dropped = [],
  seed = 0,
}: RecommendationInput): Turns<Recommendation> {
  const [metric] = table.metrics;
  if (metric === undefined) return { text: 'There is no metric to recommend by.' };
  const arms = yield* armsOf(variants, metric);
  const rows = bestFirst(table);
  const able = rows.flatMap((row): Able[] => {
    const arm = arms[variants.findIndex(({ name }) => name === row.variant)];
    const mean = row.cells[0]?.mean ?? null;
    const isAsked = prefer.includes(row.variant) || row.variant === table.baseline;
    if (arm === undefined || mean === null || !isAsked || row.problem !== undefined) return [];
    return [{ name: row.variant, mean, arm }];
  });
  const lacking = rows.flatMap(({ variant }) =>
    able.some(({ name }) => name === variant) || dropped.includes(variant) ? [] : [variant],
  );
  const worse = yield* worseOf(able, metric, seed);
  const words = new Words(table, metric, able);
  const [best] = able;
  const baseline = able.find(({ name }) => name === table.baseline);
  const n = rows.find(({ variant }) => variant === best?.name)?.cells[0]?.n ?? 0;
  if (best === undefined || baseline === undefined || able.length < 2) {
    return { text: `Fewer than two variants have a complete result, so none is recommended yet.` };
  }
  if (n < fewestToRecommend) return { text: words.tooFew(n) };
  const isWorse = (one: Able, than: Able): boolean => worse.has(pairName(one, than));
  if (!isWorse(baseline, best)) {
    return { text: [words.noneBetter(n, baseline), ...words.leftOut(lacking)].join(' ') };
  }
  const rank = (one: Able): number => {
    const at = prefer.indexOf(one.name);
    return at === -1 ? prefer.length : at;
  };
  const good = able.filter((one) => isWorse(baseline, one) && !isWorse(one, best));
  const chosen = good.toSorted((a, b) => rank(a) - rank(b))[0] ?? best;
  const equals = good.filter((one) => one !== chosen);
  const behind = able.filter((one) => one !== baseline && isWorse(one, best) && one !== chosen);
  return {
    variant: chosen.name,
    text: [
      words.use(chosen, baseline),
      ...words.others({ n, chosen, equals, behind, dropped }),
      ...(lacking.length > 0 ? words.leftOut(lacking) : words.scope()),
    ].join(' '),
  };
}

const pairName = (one: { readonly name: string }, than: { readonly name: string }): string =>
  JSON.stringify([one.name, than.name]);

/** The pairs of which the first is shown to be worse. */
function* worseOf(able: readonly Able[], metric: Metric, seed: number): Turns<ReadonlySet<string>> {
  const tests: { readonly p: number; readonly pair: string }[] = [];
  for (const [at, one] of able.entries()) {
    for (const other of able.slice(at + 1)) {
      const compared = compareArms(one.arm, other.arm, { metric, seed });
      yield;
      if (compared === undefined || compared.p === null) continue;
      const pair = compared.gain < 0 ? pairName(one, other) : pairName(other, one);
      tests.push({ p: compared.p, pair });
    }
  }
  const corrected = holm(
    tests.map(({ p }) => p),
    error,
  );
  return new Set(
    tests.flatMap(({ pair }, at) => ((corrected[at]?.adjustedP ?? 1) <= error ? [pair] : [])),
  );
}

/** The sentences of a recommendation. */
class Words {
  readonly #table: EvidenceTable;
  readonly #metric: Metric;
  readonly #number: (value: number) => string;
  readonly #unit: string;

  constructor(table: EvidenceTable, metric: Metric, able: readonly Able[]) {
    this.#table = table;
    this.#metric = metric;
    this.#number = numbersOf(
      metric,
      able.map(({ mean }) => mean),
    );
    this.#unit = table.grouped === true ? 'groups' : 'questions';
  }

  tooFew(n: number): string {
    const unit = n === 1 ? this.#unit.slice(0, -1) : this.#unit;
    return `${n} ${unit} ${n === 1 ? 'is' : 'are'} too few for a recommendation: it takes ${fewestToRecommend}.`;
  }

  noneBetter(n: number, baseline: Able): string {
    return `None is recommended: ${n} ${this.#unit} do not show that any is better than “${baseline.name}” (${this.#number(baseline.mean)}).`;
  }

  use(chosen: Able, baseline: Able): string {
    return `Use “${chosen.name}”: ${metricInSentence(tableMetricWords(this.#metric.name))} ${this.#number(chosen.mean)}, where “${baseline.name}” has ${this.#number(baseline.mean)}.`;
  }

  /** What is as good as the chosen one, or else what is worse than the best. */
  others(of: {
    readonly n: number;
    readonly chosen: Able;
    readonly equals: readonly Able[];
    readonly behind: readonly Able[];
    readonly dropped: readonly string[];
  }): string[] {
    const { n, chosen, equals, behind, dropped } = of;
    const told = (those: readonly Able[]): string =>
      those.map(({ name, mean }) => `“${name}” (${this.#number(mean)})`).join(', ');
    const parts: string[] = [];
    if (equals.length > 0) {
      parts.push(
        `${n} ${this.#unit} do not tell it from ${told(equals)}, which the experiment prefers less`,
      );
    }
    if (behind.length > 0) {
      const best = equals.some(({ mean }) => mean !== chosen.mean) ? 'the best' : 'it';
      parts.push(`worse than ${best}: ${told(behind)}`);
    }
    if (dropped.length > 0) {
      parts.push(`dropped in the race: ${dropped.map((name) => `“${name}”`).join(', ')}`);
    }
    const text = parts.join('; ');
    return text === '' ? [] : [`${text.charAt(0).toUpperCase()}${text.slice(1)}.`];
  }

  leftOut(lacking: readonly string[]): string[] {
    if (lacking.length === 0) return [];
    const all = this.#table.rows.map(({ variant }) => variant);
    const { text, isOne } = nameVariants(lacking, all, () => undefined);
    return [
      `${text} ${isOne ? 'has' : 'have'} no complete result and ${isOne ? 'is' : 'are'} left out.`,
    ];
  }

  /** Which other trainings it speaks of. */
  scope(): string[] {
    const { seeds = 1 } = this.#table;
    if (seeds >= fewestSeeds) return [];
    const ran = seeds === 1 ? 'one run of each' : `${seeds} runs of each`;
    return [
      `This holds for ${ran}: another training may differ, and ${fewestSeeds} seeds would show how much.`,
    ];
  }
}
