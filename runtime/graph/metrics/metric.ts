import { z } from 'zod';

/**
 * How to read a metric: its better direction, and how row values combine.
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
  /** The better direction is undeclared: `direction` is a guess. */
  assumed: z.literal(true).optional(),
  /** Least and greatest possible value of a row, if there are any: they improve intervals at the edge. */
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

/** The metrics of Graft's nodes, and common names of costs, by name; `recall` stands for `recall@k` for any k. */
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

/** A declared metric, by its name with or without `@k`; undefined: its better direction is unknown. */
export function knownMetric(name: string): Metric | undefined {
  const stem = name.replace(/@\d+$/, '');
  return Object.hasOwn(declarations, stem) ? { name, ...(declarations[stem] ?? share) } : undefined;
}
