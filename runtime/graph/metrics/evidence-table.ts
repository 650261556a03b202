import { z } from 'zod';
import { metricSchema } from './metric.ts';
import { portType } from '../rows/port-type.ts';

/** A variant that the race dropped, and why. */
export const raceDropSchema = z.object({
  variant: z.string(),
  /** The best variant so far, which beats it. */
  behind: z.string(),
  /** Variant − best, over the groups that both have; their ratio if `ratio` is set. */
  difference: z.number(),
  ratio: z.literal(true).optional(),
  /** At `confidence`, adjusted for all looks and all pairs with one variant. */
  interval: z.tuple([z.number(), z.number()]),
  confidence: z.number(),
  /** Groups that both have. */
  n: z.number().int(),
});
export type RaceDrop = z.infer<typeof raceDropSchema>;

/** `[low, high]` */
const intervalSchema = z.tuple([z.number(), z.number()]);
export type Interval = z.infer<typeof intervalSchema>;

/**
 * Verdict of a comparison with the baseline.
 * - `better`, `worse`: more than chance, at 5 % for the whole table.
 * - `no difference shown`: chance could explain it; that does not show that the two are equal.
 * - `too few`: fewer than ten differing groups, or the variant lacks items that it should have.
 */
export const verdictSchema = z.enum(['better', 'worse', 'no difference shown', 'too few']);
export type Verdict = z.infer<typeof verdictSchema>;

const differenceSchema = z.object({
  /**
   * Variant − baseline over the items that both have, as the metric aggregates: below 0 is better if lower is better.
   * If `ratio` is set, variant ÷ baseline: below 1 is better if lower is better.
   */
  mean: z.number(),
  /** A geometric mean: compared as a ratio. */
  ratio: z.literal(true).optional(),
  /**
   * The differences that the test does not reject at 1 − `confidence`; for metrics with a range with one more pair either
   * way, for what was not seen. Null with too few groups.
   */
  interval: intervalSchema.nullable(),
  /** At which the correction tested it, so that verdict and interval agree. Absent in old tables: the table's. */
  confidence: z.number().optional(),
  /** Groups that both have. */
  n: z.int(),
  /** Groups in which the variant is better, equal and worse. */
  wins: z.int(),
  ties: z.int(),
  losses: z.int(),
  /**
   * p of the paired sign-flip test, two-sided; with five seeds or more, the greater of that and of the test over seeds and
   * groups. Null if too few groups differ.
   */
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
  /** Null if no item has a value. Failures never count as 0. */
  mean: z.number().nullable(),
  /** At the table's confidence, for this mean alone. Null with too few groups. */
  interval: intervalSchema.nullable(),
  /** Groups behind the mean; the repeats of an item are averaged first. */
  n: z.int(),
  /** Items that it should have and lacks: failed ones, and those that another variant has. */
  failures: z.int(),
  /** Absent for the baseline, and if the two share no item. */
  difference: differenceSchema.optional(),
});
export type Cell = z.infer<typeof cellSchema>;

/** The value of a setting: any JSON. */
export const settingSchema = z.json();

/** Cost of a variant; a part is absent if nobody measured it. */
const costSchema = z.object({
  /** Time of its own steps, in milliseconds; reused steps count 0. */
  ms: z.number().optional(),
  /** Tokens that language models read and wrote, in all runs. */
  tokens: z.int().optional(),
  /** Runs that the tokens cover, one a seed; absent: one. */
  runs: z.int().optional(),
  /** US dollars that its own steps paid to servers; absent also if a model has no price. */
  dollars: z.number().optional(),
  /** Peak memory, in bytes. */
  bytes: z.number().optional(),
  /** Steps, and how many of them came from the cache or another variant. */
  steps: z.int().optional(),
  reused: z.int().optional(),
});
export type Cost = z.infer<typeof costSchema>;

const tableRowSchema = z.object({
  /** Name of the variant, unique. */
  variant: z.string(),
  /** Its settings that differ between variants: `chunk.size` → 256. Absent: it lacks the setting. */
  settings: z.record(z.string(), settingSchema),
  cells: z.array(cellSchema),
  cost: costSchema,
  /** Why it has no result or only a part: refused, failed, dropped in a race. */
  problem: z.string().optional(),
  /** What `problem` names in the graph or table: the text, and the path of the node or variant. */
  named: z
    .array(
      z.object({ text: z.string(), node: z.string().optional(), variant: z.string().optional() }),
    )
    .optional(),
});
export type TableRow = z.infer<typeof tableRowSchema>;

/** Which variant of a table to use by its first metric. Other variants are named in the order of the experiment. */
const recommendationSchema = z.object({
  /** Absent: none is recommended, for the reason in `none`. */
  variant: z.string().optional(),
  /**
   * - `too few`: of questions.
   * - `no baseline`: the baseline has no complete result.
   * - `none complete`: no other variant has a complete result.
   * - `none better`: no variant is shown to be better than the baseline.
   */
  none: z.enum(['too few', 'no baseline', 'none complete', 'none better']).optional(),
  /** Groups behind the deciding metric. */
  n: z.int(),
  /** Shown better than the baseline and not shown to differ from the recommended one, which is preferred. */
  equals: z.array(z.string()),
  /** Shown to be worse than a variant that could be recommended, or than the baseline. */
  worse: z.array(z.string()),
  /** Not shown to be better than the baseline. */
  open: z.array(z.string()),
  /** Dropped by the race. */
  dropped: z.array(z.string()),
  /** Without a complete result. */
  incomplete: z.array(z.string()),
});
export type Recommendation = z.infer<typeof recommendationSchema>;

/** The table of an experiment or of the node `compare`: variants in the given order. */
export const evidenceTableSchema = z.object({
  baseline: z.string(),
  /** Confidence of the means' intervals: 0.95. */
  confidence: z.number(),
  metrics: z.array(metricSchema),
  /** Names of the settings that differ between variants, in order. */
  settings: z.array(z.string()),
  rows: z.array(tableRowSchema),
  /**
   * The fewest seeds behind a mean or a comparison of it. With five or more, all intervals and verdicts are over seeds too.
   * Absent in old tables.
   */
  seeds: z.int().optional(),
  /** Its rows name groups, so that counts are of groups and not of questions. */
  grouped: z.literal(true).optional(),
  /** By metric, items that failed in every variant that received them, so that no mean has them; absent: none. */
  failedInAll: z.record(z.string(), z.int()).optional(),
  /** If the variants raced: a sentence on what that saved and risked. */
  race: z.string().optional(),
  /** If the experiment asks for one. */
  recommendation: recommendationSchema.optional(),
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
  version: 5,
  migrations: [
    { from: 1, name: 'metrics may say that their direction is a guess', row: (table) => table },
    { from: 2, name: 'a table may say what failed in all variants', row: (table) => table },
    { from: 3, name: 'differences may be ratios at their own confidence', row: (table) => table },
    { from: 4, name: 'a table may recommend a variant', row: (table) => table },
  ],
  reusedFrom: 1,
  headline,
  doc: 'A table of variants: means with intervals, differences to the baseline, and what they show.',
});
