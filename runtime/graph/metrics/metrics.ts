import { z } from 'zod';
import { knownMetric } from './metric.ts';
import { portType, metricsMediaType } from '../rows/port-type.ts';

/**
 * One row of metrics. `series` names what it belongs to: `train` and `eval` (curves over `step`), `summary`, or a
 * name of the node's own. `label` says what a row without a step is about: a text, a module. What each of `values` is,
 * and which way is better, is declared once, by its name (`knownMetric`).
 */
export const metricRowSchema = z.object({
  series: z.string(),
  /** Optimizer steps done, where the row belongs to a curve. */
  step: z.number().int().optional(),
  label: z.string().optional(),
  /**
   * Id of the one item that the values are of: an answer, a hit list, a text. Equal ids are compared with each other
   * between variants. Absent where the row is over many items, or of none.
   */
  item: z.string().optional(),
  /** Id of the question that the item is of: items of one question are resampled together. Absent: the item itself. */
  question: z.string().optional(),
  /** What the row counts in a weighted mean: its tokens. Absent: 1. */
  weight: z.number().nonnegative().optional(),
  values: z.record(z.string(), z.number()),
});
export type MetricRow = z.infer<typeof metricRowSchema>;

/** Of version 1, rows of texts that were read: their label is the id of the item, and tokens are the weight. */
const textRowSchema = z.looseObject({
  series: z.enum(['documents', 'examples']),
  label: z.string(),
  values: z.looseObject({ perplexity: z.number(), tokens: z.number() }),
});

/** Of a row that sums up: its perplexity, else the first of its metrics that is a share. */
function headline({ series, label, values }: MetricRow): string | undefined {
  const name =
    values['perplexity'] === undefined
      ? Object.keys(values).find((name) => knownMetric(name)?.range !== undefined)
      : 'perplexity';
  const value = name === undefined ? undefined : values[name];
  if (series !== 'summary' || name === undefined || value === undefined) return undefined;
  const digits = name === 'perplexity' ? value.toPrecision(4) : value.toFixed(3);
  return `${name} ${digits}${label === undefined ? '' : ` (${label})`}`;
}

export const Metrics = portType({
  id: 'metrics',
  family: 'evaluation',
  shape: 'items',
  encoding: 'jsonl',
  mediaType: metricsMediaType,
  schema: metricRowSchema,
  version: 2,
  migrations: [
    {
      from: 1,
      name: 'rows say the item that they are of, and what they weigh',
      row(row) {
        const text = textRowSchema.safeParse(row);
        if (!text.success) return row;
        const { label, values } = text.data;
        return { item: label, weight: values.tokens, ...text.data };
      },
    },
  ],
  // A training is not computed again for a field that its rows do not have.
  reusedFrom: 1,
  unit: 'metric rows',
  headline,
  doc: 'Numbers: curves over training steps, values of items, and tables.',
});
