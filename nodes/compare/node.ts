import { Comparison, defineNode, Metrics, metricWords, type ParamMeta } from '@graft/graph';
import { z } from 'zod';

export const compare = defineNode({
  type: 'compare',
  version: 1,
  implementation: 3,
  title: 'Compare',
  group: 'evaluation',
  doc: 'Compares the metrics of several variants row by row: means with intervals, each variant’s difference from the baseline, and whether that difference is more than chance. Connect the metrics of Score hits, Evaluate or Perplexity for each variant.',
  inputs: {
    metrics: {
      type: Metrics,
      many: true,
      doc: 'Metrics of rows, one connection for each variant. Metrics of the same row are compared.',
    },
  },
  outputs: {
    comparison: {
      type: Comparison,
      doc: 'The table: one row for each variant, in the order of the connections.',
    },
  },
  params: z.strictObject({
    names: z
      .array(z.string().trim().max(200))
      .default([])
      .meta({
        title: 'Names',
        description:
          'Names of the variants, in the order of the connections. Missing names become “variant 1”, “variant 2” and so on.',
        entryPerEdge: 'metrics',
      } satisfies ParamMeta),
    baseline: z
      .string()
      .trim()
      .default('')
      .meta({
        title: 'Baseline',
        description: 'Name of the variant to compare the others with. Empty: the first.',
      } satisfies ParamMeta),
    metrics: z
      .array(z.string().min(1).max(200))
      .default([])
      .meta({
        title: 'Metrics',
        description:
          'Metrics to compare, such as recall@3. Empty: all known metrics. Fewer metrics make a difference easier to show, because all of them share the 5 % error rate.',
      } satisfies ParamMeta),
    lower: z
      .array(z.string().min(1).max(200))
      .default([])
      .meta({
        title: 'Lower is better',
        description:
          'Your own metrics for which less is better. Graft knows the direction of its own metrics.',
        advanced: true,
      } satisfies ParamMeta),
  }),
  summary: ({ baseline, metrics }) => [
    ['baseline', baseline === '' ? 'the first' : baseline],
    ['metrics', metrics.length === 0 ? 'all known' : metrics.map(metricWords).join(', ')],
  ],
  caching: 'pure',
  device: { needs: 'cpu', affectsResult: false },
  lane: 'bulk',
  migrations: [],
});
