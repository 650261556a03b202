import { z } from 'zod';

/**
 * How a metric is read: which way is better, and how the values of rows make one number.
 * - `mean`: each row counts once.
 * - `weighted-mean`: each row counts by its `weight`, as a loss by its tokens.
 * - `weighted-geometric-mean`: exp of the weighted mean of the logarithms. Perplexity is that of its rows: exp of the
 *   token-weighted loss.
 */
export const metricSchema = z.strictObject({
  /** A name in the `values` of metric rows: `recall@3`, `perplexity`. */
  name: z.string().min(1).max(200),
  direction: z.enum(['higher', 'lower']),
  aggregation: z.enum(['mean', 'weighted-mean', 'weighted-geometric-mean']),
  /** Nobody has said which way is better: `direction` is a guess. */
  assumed: z.literal(true).optional(),
  /** Least and greatest value of a row, where there are such: intervals at the edge are better for it. */
  range: z
    .tuple([z.number(), z.number()])
    .refine(([least, most]) => least < most, { message: 'The least value stands first.' })
    .optional(),
});
export type Metric = z.infer<typeof metricSchema>;

type Declaration = Omit<Metric, 'name'>;

const share: Declaration = { direction: 'higher', aggregation: 'mean', range: [0, 1] };
const shareBelow: Declaration = { ...share, direction: 'lower' };
const cosine: Declaration = { ...share, range: [-1, 1] };
const spent: Declaration = { direction: 'lower', aggregation: 'mean' };
const perToken: Declaration = { direction: 'lower', aggregation: 'weighted-mean' };

/**
 * The metrics that Graft's nodes give, and what others commonly call what is spent, by name; `recall` stands for
 * `recall@k` of any k.
 */
const declarations: Readonly<Record<string, Declaration>> = {
  accuracy: share,
  agreement: share,
  answered: share,
  choiceProbability: share,
  confidence: share,
  citationPrecision: share,
  citationRecall: share,
  containment: share,
  contextPrecision: share,
  contextRecall: share,
  exactMatch: share,
  f1: share,
  faithfulness: share,
  hit: share,
  judgedAccuracy: share,
  keptShare: share,
  labelledRight: share,
  map: share,
  mrr: share,
  ndcg: share,
  normalizedAccuracy: share,
  precision: share,
  recall: share,
  rightAbstention: share,
  rougeL: share,
  supported: share,
  useful: share,
  answerRelevancy: cosine,
  similarity: cosine,
  error: shareBelow,
  falseAbstention: shareBelow,
  unjudged: shareBelow,
  unparseable: shareBelow,
  completionTokens: spent,
  cost: spent,
  latency: spent,
  ms: spent,
  promptTokens: spent,
  seconds: spent,
  loss: perToken,
  perplexity: { direction: 'lower', aggregation: 'weighted-geometric-mean' },
};

/** A metric that is declared, by its name with or without its `@k`; undefined: nobody has said which way is better. */
export function knownMetric(name: string): Metric | undefined {
  const stem = name.replace(/@\d+$/, '');
  return Object.hasOwn(declarations, stem) ? { name, ...(declarations[stem] ?? share) } : undefined;
}
