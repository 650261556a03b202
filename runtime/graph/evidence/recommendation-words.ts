import type { EvidenceTable, Recommendation } from '../metrics/evidence-table.ts';
import { metricInSentence } from '../metrics/metric-words.ts';
import { fewestToRecommend } from './recommendation.ts';
import { fewestSeeds } from './two-way.ts';

/**
 * A recommendation in three sentences: what to use, what the other variants are, and for which runs that holds; or why
 * none is recommended. The metrics of the table have the names of the screen. `number` writes means.
 */
export function recommendationWords(
  table: EvidenceTable,
  given: Recommendation,
  number: (value: number) => string,
): string[] {
  const { variant, none, n } = given;
  const unit = table.grouped === true ? 'group' : 'question';
  const count = `${n} ${unit}${n === 1 ? '' : 's'}`;
  const name = (variant: string): string => {
    const mean = table.rows.find((row) => row.variant === variant)?.cells[0]?.mean ?? null;
    return mean === null ? `“${variant}”` : `“${variant}” (${number(mean)})`;
  };
  const base = name(table.baseline);
  const others = otherVariants(given, { count, name, base });
  if (variant === undefined) {
    const why = {
      'too few': `${count} ${n === 1 ? 'is' : 'are'} too few: a recommendation needs at least ${fewestToRecommend}`,
      'no baseline': `the baseline, ${base}, has no complete result`,
      'none complete': `no variant but the baseline, ${base}, has a complete result`,
      'none better': `no variant is shown to be better than the baseline, ${base}`,
    }[none ?? 'none better'];
    const means = table.rows.flatMap(({ cells }) => cells[0]?.mean ?? []);
    const allZero = means.length > 1 && means.every((mean) => mean === 0);
    const hint =
      'Every mean is 0: before you conclude anything, look at some results beside their references.';
    return [`No recommendation: ${why}.`, ...(allZero ? [hint] : [])];
  }
  const metric = metricInSentence(table.metrics[0]?.name ?? '');
  return [
    `Use ${name(variant)}: by ${metric}, it is better than ${base}.`,
    ...others,
    ...runsNote(table.seeds),
  ];
}

/** What the other variants are, as one sentence; none where there is nothing to say. */
function otherVariants(
  { equals, worse, open, dropped, incomplete }: Recommendation,
  words: {
    readonly count: string;
    readonly base: string;
    readonly name: (variant: string) => string;
  },
): string[] {
  const listed = (variants: readonly string[]): string => variants.map(words.name).join(', ');
  const parts = [
    ...(equals.length === 0
      ? []
      : [
          `${words.count} show no difference from ${listed(equals)}, which ${equals.length === 1 ? 'takes' : 'take'} more work`,
        ]),
    ...(worse.length === 0 ? [] : [`shown to be worse: ${listed(worse)}`]),
    ...(open.length === 0 ? [] : [`not shown to be better than ${words.base}: ${listed(open)}`]),
    ...(dropped.length === 0 ? [] : [`dropped in the race: ${listed(dropped)}`]),
    ...(incomplete.length === 0
      ? []
      : [`left out, without a complete result: ${listed(incomplete)}`]),
  ];
  const text = parts.join('; ');
  return text === '' ? [] : [`${text.charAt(0).toUpperCase()}${text.slice(1)}.`];
}

/** For which runs it holds. */
function runsNote(seeds = 1): string[] {
  if (seeds >= fewestSeeds) return [];
  const ran = seeds === 1 ? 'one run of each' : `${seeds} runs of each`;
  return [`This holds for ${ran}; ${fewestSeeds} seeds would show how much training varies.`];
}
