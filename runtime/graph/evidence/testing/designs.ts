import { knownMetric } from '../../metrics/metric.ts';
import type { MetricRow } from '../../metrics/metrics.ts';
import { accuracyRows, answersOfTwo, normal, shareBelow } from './simulated-answers.ts';
import { accuracy, type Design } from './simulations.ts';

const perplexity = knownMetric('perplexity') ?? accuracy;
const promptTokens = knownMetric('promptTokens') ?? accuracy;

/** Right and wrong answers of a question each, which correlate by .5. */
export function pairsDesign(rates: readonly [number, number]): Design {
  return {
    name: `right and wrong, ${rates.join(' and ')}`,
    metric: accuracy,
    truth: { mean: rates[0], difference: rates[0] - rates[1] },
    draw: (random, questions) =>
      answersOfTwo(random, { questions, rates, correlation: 0.5 }).map((answers) => [
        accuracyRows(answers),
      ]),
  };
}

const cut = 0.3;
/**
 * Right and wrong answers in groups of one to six questions. A group is hard or easy for both variants, and suits either
 * better; each answer adds chance of its own.
 */
const uneven: Design = {
  name: 'right and wrong in uneven groups',
  metric: accuracy,
  truth: { mean: shareBelow(cut), difference: shareBelow(cut) - shareBelow(0) },
  draw(random, groups) {
    const rows: MetricRow[][] = [[], []];
    for (let group = 0; group < groups; group += 1) {
      const size = 1 + random.index(6);
      const ease = Math.sqrt(0.4) * normal(random);
      const own = [0, 1].map(() => Math.sqrt(0.3) * normal(random));
      for (let at = 0; at < size; at += 1) {
        for (const [variant, list] of rows.entries()) {
          const draw = ease + (own[variant] ?? 0) + Math.sqrt(0.3) * normal(random);
          const right = draw < (variant === 0 ? cut : 0);
          list.push({
            ...{ series: 'answers', item: `${group}-${at}`, group: String(group) },
            values: { accuracy: Number(right) },
          });
        }
      }
    }
    return rows.map((list) => [list]);
  },
};

const mean = 3;
/** Perplexities of texts of very different lengths; longer ones are neither easier nor harder. */
const texts: Design = {
  name: 'perplexities by tokens',
  metric: perplexity,
  truth: { mean: Math.exp(mean), difference: Math.exp(0.1) },
  draw(random, count) {
    const rows: MetricRow[][] = [[], []];
    for (let at = 0; at < count; at += 1) {
      const weight = Math.ceil(Math.exp(3 + 0.7 * normal(random)));
      const loss = mean + 0.6 * normal(random);
      const gain = 0.1 + 0.2 * normal(random);
      for (const [variant, list] of rows.entries()) {
        const value = Math.exp(variant === 0 ? loss : loss - gain);
        list.push({ series: 'texts', item: `t${at}`, weight, values: { perplexity: value } });
      }
    }
    return rows.map((list) => [list]);
  },
};

const skew = 0.5;
/** Tokens read: skewed, and with no largest value. */
const tokens: Design = {
  name: 'tokens, skewed',
  metric: promptTokens,
  truth: { mean: 100 * Math.exp(skew ** 2 / 2), difference: 10 * Math.exp(skew ** 2 / 2) },
  draw(random, questions) {
    const rows: MetricRow[][] = [[], []];
    for (let at = 0; at < questions; at += 1) {
      const values = [100, 90].map((size) => size * Math.exp(skew * normal(random)));
      for (const [variant, list] of rows.entries()) {
        const value = values[variant] ?? 0;
        list.push({ series: 'answers', item: `q${at}`, values: { promptTokens: value } });
      }
    }
    return rows.map((list) => [list]);
  },
};

/** Right and wrong answers of `seeds` trainings each, which differ as much as the questions do. */
export function trainings(seeds: number): Design {
  const [ofQuestion, ofSeed] = [0.4, 0.05];
  const rest = 1 - ofQuestion - ofSeed;
  return {
    name: `right and wrong of ${seeds} trainings`,
    metric: accuracy,
    truth: { mean: shareBelow(cut), difference: shareBelow(cut) - shareBelow(0) },
    draw(random, questions) {
      const ease = Array.from({ length: questions }, () => Math.sqrt(ofQuestion) * normal(random));
      return [cut, 0].map((bar) =>
        Array.from({ length: seeds }, () => {
          const luck = Math.sqrt(ofSeed) * normal(random);
          return accuracyRows(
            ease.map((own) => Number(own + luck + Math.sqrt(rest) * normal(random) < bar)),
          );
        }),
      );
    },
  };
}

/** The five over which intervals are held to their confidence. */
export const designs: readonly Design[] = [
  ...[pairsDesign([0.5, 0.4]), uneven, texts, tokens, trainings(5)],
];
