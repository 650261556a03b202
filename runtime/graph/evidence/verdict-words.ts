import type { Cell, EvidenceTable, TableRow } from '../metrics/evidence-table.ts';
import type { Metric } from '../metrics/metric.ts';
import { metricInSentence, tableNumber } from '../metrics/metric-words.ts';
import { findingOf, standings, type Finding } from './leaders.ts';
import { questionsNeeded } from './power.ts';
import { fewestSeeds } from './two-way.ts';
import { recommendationWords } from './recommendation-words.ts';
import { nameVariants, type NamedVariants, type WordsOfVariant } from './variant-words.ts';

/** Metrics besides the first that the words speak of. */
const otherMetrics = 2;

/** The gain for which the words say how many questions it takes, as one that most people care about. */
const cared = 0.1;

/** The order of the sentences about what was compared with the baseline. */
const order: readonly Finding[] = ['better', 'worse', 'equal', 'even', 'few', 'lacking'];

const noWords: WordsOfVariant = () => undefined;

/**
 * What a table shows, in a few sentences: what it recommends, or else who leads by its first metric and what the
 * questions can tell of the others; then who leads by the next metrics. Of who leads it says no more than the table, which
 * compares variants with the baseline.
 * `words` gives the settings of a variant in words, else its name is quoted. Undefined for a table without metrics.
 */
export function verdictWords(table: EvidenceTable, words = noWords): string | undefined {
  const [metric, ...others] = table.metrics;
  if (metric === undefined) return undefined;
  const say = new Sayer(table, words);
  return [
    ...say.recommended(metric),
    // Says more than who leads.
    ...(table.recommendation?.variant === undefined
      ? [...say.byFirst(metric), ...say.needed(metric)]
      : []),
    ...others.slice(0, otherMetrics).flatMap((other, at) => say.lead(other, at + 1)),
    ...(table.recommendation?.variant === undefined ? say.withoutResult() : []),
  ].join(' ');
}

/** Its sentences begin with a capital, unless a quoted name begins them. */
const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;

/** Writes means of a metric: two decimals for shares, unless that would make another mean look equal. */
function numbersOf({ range }: Metric, means: readonly number[]): (value: number) => string {
  const isShare = range !== undefined && range[0] >= -1 && range[1] <= 1;
  const short = (value: number): string => value.toFixed(2).replace('-', '−');
  const isTold =
    new Set(means.map(short)).size === new Set(means.map((mean) => mean.toFixed(9))).size;
  return isShare && isTold ? short : tableNumber;
}

/** The sentences about one table. */
class Sayer {
  readonly #table: EvidenceTable;
  readonly #words: WordsOfVariant;

  /** What its counts are of. */
  readonly #unit: string;

  constructor(table: EvidenceTable, words: WordsOfVariant) {
    this.#table = table;
    this.#words = words;
    this.#unit = table.grouped === true ? 'group' : 'question';
  }

  recommended(metric: Metric): string[] {
    const { recommendation, rows } = this.#table;
    if (recommendation === undefined) return [];
    const means = rows.flatMap(({ cells }) => cells[0]?.mean ?? []);
    return recommendationWords(this.#table, recommendation, numbersOf(metric, means));
  }

  /** Who leads by the first metric, and what is known of the others. */
  byFirst(metric: Metric): string[] {
    const { rows, baseline } = this.#table;
    const stand = standings(this.#table, 0);
    const measured = rows.filter((_, at) => stand[at] !== 'none');
    const leading = rows.filter((_, at) => stand[at] === 'leads');
    const [best] = leading;
    const by = this.#by(metric);
    if (best === undefined) return [sentence(`${by}, no variant has a result`)];
    const number = numbersOf(
      metric,
      measured.map((row) => meanOf(row)),
    );
    const value = number(meanOf(best));
    const [only] = measured;
    if (measured.length === 1 && only !== undefined) {
      const alone = rows.length === 1 ? ['There is nothing to compare it with.'] : [];
      return [sentence(`${by}, ${this.#name([only]).text} has ${value}`), ...alone];
    }
    const base = measured.find(({ variant }) => variant === baseline);
    const baseLeads = leading.some(({ variant }) => variant === baseline);
    const compared = measured.filter(({ variant }) => variant !== baseline);
    if (leading.length === measured.length) {
      const all = measured.length === 2 ? 'both variants' : `all ${measured.length} variants`;
      return [
        sentence(`${by}, ${all} have the same mean (${value})`),
        ...this.#compared(compared, { subject: 'them', leaders: [], apart: true }),
      ];
    }
    if (base === undefined) return this.lead(metric, 0);
    if (baseLeads) {
      const tied = leading.filter(({ variant }) => variant !== baseline);
      const { text } = this.#name(leading);
      const first =
        tied.length === 0
          ? `${by}, ${text}, the baseline, leads (${value})`
          : `${by}, ${text} lead (${value})`;
      const rest = compared.filter((row) => !tied.includes(row));
      return [
        sentence(first),
        ...this.#compared(tied, { subject: 'them', leaders: [], apart: true }),
        ...this.#compared(rest, { subject: 'others', leaders: leading }),
      ];
    }
    const { text, isOne } = this.#name(leading);
    const against = `the baseline, ${this.#name([base]).text} (${number(meanOf(base))})`;
    const rest = compared.filter((row) => !leading.includes(row));
    return [
      sentence(`${by}, ${text} ${isOne ? 'leads' : 'lead'} (${value})`),
      ...this.#compared(leading, { subject: isOne ? 'it' : 'them', leaders: [], against }),
      ...this.#compared(rest, { subject: 'others', leaders: leading }),
    ];
  }

  /** How many questions it takes to show a gain, where these have shown none and the metric is a share of right ones. */
  needed({ range, aggregation }: Metric): string[] {
    const { rows, baseline, metrics, grouped, seeds = 1 } = this.#table;
    // The plan is for single questions, and for a test that is not over seeds.
    if (grouped === true || seeds >= fewestSeeds) return [];
    const base = rows.find(({ variant }) => variant === baseline)?.cells[0]?.mean ?? null;
    const findings = rows.flatMap(({ cells }) => cells[0]?.difference ?? []).map(findingOf);
    const isOpen = findings.some((finding) => finding === 'few' || finding === 'even');
    if (base === null || !isOpen || findings.includes('better') || aggregation !== 'mean')
      return [];
    if (range === undefined || range[0] !== 0 || range[1] !== 1) return [];
    const questions = questionsNeeded(cared, {
      comparisons: findings.length * metrics.length,
      rate: Math.min(1 - cared, base),
    });
    if (questions === undefined) return [];
    return [
      `To show a gain of ${cared.toFixed(2)}, it takes about ${roundedUp(questions)} questions.`,
    ];
  }

  /** Who has the best mean by another metric: no more than the mean. */
  lead(metric: Metric, at: number): string[] {
    const { rows } = this.#table;
    const stand = standings(this.#table, at);
    const measured = rows.filter((_, row) => stand[row] !== 'none');
    const leading = rows.filter((_, row) => stand[row] === 'leads');
    const means = measured.map((row) => meanOf(row, at));
    const [best] = leading;
    if (best === undefined || (at > 0 && measured.length < 2)) return [];
    const value = numbersOf(metric, means)(meanOf(best, at));
    const { text, isOne } = this.#name(leading);
    return leading.length === measured.length && measured.length > 1
      ? [sentence(`${this.#by(metric)}, all have the same mean (${value})`)]
      : [
          sentence(
            `${this.#by(metric)}, ${text} ${isOne ? 'has' : 'have'} the ${metric.direction === 'lower' ? 'lowest' : 'highest'} mean (${value})`,
          ),
        ];
  }

  withoutResult(): string[] {
    const { rows } = this.#table;
    const lacking = rows.filter(({ cells }) => (cells[0]?.mean ?? null) === null);
    if (lacking.length === 0 || lacking.length === rows.length) return [];
    const { text, isOne } = this.#name(lacking);
    return [sentence(`${text} ${isOne ? 'has' : 'have'} no result`)];
  }

  /** What the questions tell of some variants against the baseline, a sentence for each finding. */
  #compared(
    rows: readonly TableRow[],
    about: {
      /** `others`: by their names, or as the others. */
      readonly subject: 'it' | 'them' | 'others';
      /** Those that a better variant was not compared with. */
      readonly leaders: readonly TableRow[];
      /** The baseline, with its name and mean. */
      readonly against?: string;
      /** The rows and the baseline have the same mean. */
      readonly apart?: boolean;
    },
  ): string[] {
    const { subject, leaders, against = 'the baseline', apart = false } = about;
    const found = new Map<Finding | 'unshared', TableRow[]>();
    for (const row of rows) {
      const difference = row.cells[0]?.difference;
      const finding = difference === undefined ? 'unshared' : findingOf(difference);
      found.set(finding, [...(found.get(finding) ?? []), row]);
    }
    const kinds = [...order, 'unshared' as const].filter((kind) => found.has(kind));
    return kinds.map((kind) => {
      const own = found.get(kind) ?? [];
      const who = this.#who(own, rows, subject);
      const asked = questionsOf(
        own.flatMap(({ cells }) => cells[0] ?? []),
        this.#unit,
      );
      const are = who.isOne ? 'is' : 'are';
      const they = apart && own.length === rows.length;
      switch (kind) {
        case 'better': {
          const too = leaders.length === 0 || subject !== 'others' ? '' : ' too';
          const open =
            too === ''
              ? ''
              : `; the table does not compare ${who.isOne ? 'it' : 'them'} with the best`;
          const isBaseline = leaders.some(({ variant }) => variant === this.#table.baseline);
          return sentence(
            `${who.text} ${are} better than ${against}${isBaseline ? '' : too + open}`,
          );
        }
        case 'worse':
          return sentence(`${who.text} ${are} worse than ${against}`);
        case 'equal':
          return they
            ? `They are equal on every ${this.#unit}.`
            : sentence(`${who.text} ${are} equal to ${against} on every ${this.#unit}`);
        case 'even':
          return they
            ? sentence(`${asked} show no difference between them`)
            : sentence(`${asked} show no difference between ${who.object} and ${against}`);
        case 'few':
          return they
            ? sentence(`${asked} are too few to tell them apart`)
            : sentence(`${asked} are too few to tell ${who.object} from ${against}`);
        case 'lacking':
          return sentence(
            `it is unclear whether ${who.text} ${who.isOne ? 'differs' : 'differ'} from ${against}, because rows are missing`,
          );
        case 'unshared':
          return sentence(
            `${who.text} ${who.isOne ? 'shares' : 'share'} no ${this.#unit} with ${against}`,
          );
      }
    });
  }

  #who(
    own: readonly TableRow[],
    rows: readonly TableRow[],
    subject: 'it' | 'them' | 'others',
  ): NamedVariants & { readonly object: string } {
    if (own.length === rows.length && subject !== 'others') {
      const isOne = subject === 'it';
      return { text: isOne ? 'it' : 'they', object: subject, isOne };
    }
    if (own.length === rows.length && own.length > 1) {
      return { text: 'the others', object: 'the others', isOne: false };
    }
    const name = this.#name(own);
    return { ...name, object: name.text };
  }

  #by(metric: Metric): string {
    const words = metricInSentence(metric.name);
    return metric.assumed === true
      ? `by ${words}, assuming that ${metric.direction} is better`
      : `by ${words}`;
  }

  #name(rows: readonly TableRow[]): NamedVariants {
    const { rows: all } = this.#table;
    return nameVariants(
      rows.map(({ variant }) => variant),
      all.map(({ variant }) => variant),
      this.#words,
    );
  }
}

/** To two digits: the plan assumes more than it knows. */
function roundedUp(value: number): number {
  const step = 10 ** Math.max(0, Math.floor(Math.log10(value)) - 1);
  return Math.ceil(value / step) * step;
}

const meanOf = ({ cells }: TableRow, metric = 0): number => cells[metric]?.mean ?? NaN;

/** `33 questions`; without a number if the comparisons have different ones. */
function questionsOf(cells: readonly Cell[], unit: string): string {
  const counts = new Set(cells.flatMap(({ difference }) => difference?.n ?? []));
  const [count] = counts;
  if (counts.size !== 1 || count === undefined) return `the ${unit}s`;
  return count === 1 ? `1 ${unit}` : `${count} ${unit}s`;
}
