import { z } from 'zod';
import { metricSchema } from './metric.ts';
import { portType } from '../rows/port-type.ts';

/** A variant that left the race, and what it lay behind. */
export const raceDropSchema = z.object({
  variant: z.string(),
  /** The best so far, which it lies below. */
  behind: z.string(),
  /** Variant − best, over the questions that both have. */
  difference: z.number(),
  /** Of `confidence`: adjusted for all looks and all pairs with one variant. */
  interval: z.tuple([z.number(), z.number()]),
  confidence: z.number(),
  /** Questions that both have. */
  n: z.number().int(),
});
export type RaceDrop = z.infer<typeof raceDropSchema>;

/** `[low, high]`, of 95 % and for that one number alone: not adjusted for how many are shown. */
const intervalSchema = z.tuple([z.number(), z.number()]);
export type Interval = z.infer<typeof intervalSchema>;

/**
 * What a comparison with the baseline shows.
 * - `better`, `worse`: more than chance, at 5 % for the whole table.
 * - `no difference shown`: chance could have done it; that the two are equal is not shown either.
 * - `too few`: fewer than ten questions whose values differ, or items missing that the variant should have.
 */
export const verdictSchema = z.enum(['better', 'worse', 'no difference shown', 'too few']);
export type Verdict = z.infer<typeof verdictSchema>;

const differenceSchema = z.object({
  /** Variant − baseline over the items that both have, as the metric aggregates: below 0 is better where lower is. */
  mean: z.number(),
  /** Null where there is only one question. */
  interval: intervalSchema.nullable(),
  /** Questions that both have. */
  n: z.int(),
  /** Questions where the variant is better, equal and worse. */
  wins: z.int(),
  ties: z.int(),
  losses: z.int(),
  /** Of the paired sign-flip test, two-sided; null where too few differ for one. */
  p: z.number().nullable(),
  /** The same after Holm's correction over all variants and metrics of the table. */
  adjustedP: z.number().nullable(),
  verdict: verdictSchema,
  /** Why the verdict is `too few`, as a sentence. */
  reason: z.string().optional(),
});
export type Difference = z.infer<typeof differenceSchema>;

const cellSchema = z.object({
  metric: z.string(),
  /** Null where no item has a value. Failures are never counted as 0. */
  mean: z.number().nullable(),
  interval: intervalSchema.nullable(),
  /** Questions of the items that the mean is over; each item's repeats are averaged first. */
  n: z.int(),
  /** Items that it should have and has not: those that failed, and those that another variant has. */
  failures: z.int(),
  /** Absent for the baseline, and where the two have no item in common. */
  difference: differenceSchema.optional(),
});
export type Cell = z.infer<typeof cellSchema>;

/** The value of a setting: any JSON. */
export const settingSchema = z.json();

/** What a variant took; a part is absent where nobody measured it. */
const costSchema = z.object({
  /** Time of its own steps, in milliseconds; steps that were reused took none. */
  ms: z.number().optional(),
  /** Tokens that language models read and wrote, in all its runs. */
  tokens: z.int().optional(),
  /** Runs that the tokens are of, one a seed; absent: one. */
  runs: z.int().optional(),
  /** Most memory held at once, in bytes. */
  bytes: z.number().optional(),
  /** Steps, and how many of them were taken from the cache or shared with another variant. */
  steps: z.int().optional(),
  reused: z.int().optional(),
});
export type Cost = z.infer<typeof costSchema>;

const tableRowSchema = z.object({
  /** Name of the variant, unique. */
  variant: z.string(),
  /** What it sets, of what differs between variants: `chunk.size` → 256. Absent: it has no such setting. */
  settings: z.record(z.string(), settingSchema),
  cells: z.array(cellSchema),
  cost: costSchema,
  /** Why it has no result or only part of one: refused, failed, dropped in a race. */
  problem: z.string().optional(),
  /** What of the graph or the table `problem` names: the text that stands there, and the path of the node or the variant. */
  named: z
    .array(
      z.object({ text: z.string(), node: z.string().optional(), variant: z.string().optional() }),
    )
    .optional(),
});
export type TableRow = z.infer<typeof tableRowSchema>;

/** The table of an experiment, or of the node `compare`: variants in the order given. */
export const evidenceTableSchema = z.object({
  baseline: z.string(),
  /** Confidence of the intervals: 0.95. */
  confidence: z.number(),
  metrics: z.array(metricSchema),
  /** Names of the settings that differ between variants, in order. */
  settings: z.array(z.string()),
  rows: z.array(tableRowSchema),
  /** By metric, items that failed in every variant that was given them, so that no mean has them; absent: there are none. */
  failedInAll: z.record(z.string(), z.int()).optional(),
  /** Where its variants raced: what that saved and what it risked, as a sentence. */
  race: z.string().optional(),
});
export type EvidenceTable = z.infer<typeof evidenceTableSchema>;

/** What the first metric shows: `recall@3: 1 better, 2 no difference shown`. */
function headline({ metrics, rows }: EvidenceTable): string | undefined {
  const [metric] = metrics;
  const verdicts = rows.flatMap(({ cells }) => cells[0]?.difference?.verdict ?? []);
  if (metric === undefined || verdicts.length === 0) return undefined;
  const counts = verdictSchema.options.flatMap((verdict) => {
    const count = verdicts.filter((other) => other === verdict).length;
    return count === 0 ? [] : [`${count} ${verdict}`];
  });
  return `${metric.name}: ${counts.join(', ')}`;
}

export const Comparison = portType({
  id: 'comparison',
  family: 'evaluation',
  shape: 'items',
  encoding: 'json',
  mediaType: 'application/vnd.graft.comparison+json',
  schema: evidenceTableSchema,
  version: 3,
  migrations: [
    { from: 1, name: 'metrics may say that their direction is a guess', row: (table) => table },
    { from: 2, name: 'a table may say what failed in all variants', row: (table) => table },
  ],
  reusedFrom: 1,
  headline,
  doc: 'A table of variants: means with intervals, differences to the baseline, and what they show.',
});
