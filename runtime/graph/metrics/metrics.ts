import { z } from 'zod';
import { knownMetric } from './metric.ts';
import { portType, metricsMediaType } from '../rows/port-type.ts';

/**
 * One row of metrics. `series` names its group: `train` and `eval` (curves over `step`), `summary`, or a name of the
 * node's own. `label` says what a row without a step describes: a text, a module. `knownMetric` declares each of
 * `values`, and which direction is better, by name.
 */
export const metricRowSchema = z.object({
  series: z.string(),
  /** Optimizer steps done, for a row of a curve. */
  step: z.number().int().optional(),
  label: z.string().optional(),
  /**
   * Id of the single item behind the values: an answer, a hit list, a text. Variants compare items of equal ids. Absent
   * if the row covers many items or none.
   */
  item: z.string().optional(),
  /** Id of the item's question. Absent: the item itself. */
  question: z.string().optional(),
  /** What the question is about: resampling keeps the items of a group together. Absent: the question. */
  group: z.string().optional(),
  /** Weight of the row in a weighted mean: its tokens. Absent: 1. */
  weight: z.number().nonnegative().optional(),
  values: z.record(z.string(), z.number()),
});
export type MetricRow = z.infer<typeof metricRowSchema>;

/** Version 1 rows of texts: their label is the item id, and their tokens are the weight. */
const textRowSchema = z.looseObject({
  series: z.enum(['documents', 'examples']),
  label: z.string(),
  values: z.looseObject({ perplexity: z.number(), tokens: z.number() }),
});

/** For a summary row: its perplexity, else its first metric that is a share. */
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
  version: 3,
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
    { from: 2, name: 'rows may say what their question is about', row: (row) => row },
  ],
  // Graft does not recompute a training for a field that its rows lack.
  reusedFrom: 1,
  unit: 'metric rows',
  headline,
  doc: 'Numbers: curves over training steps, values of items, and tables.',
});
