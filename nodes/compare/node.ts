import { Comparison, defineNode, Metrics, metricWords, type ParamMeta } from '@graft/graph';
import { z } from 'zod';

export const compare = defineNode({
  type: 'compare',
  version: 1,
  implementation: 2,
  title: 'Compare',
  group: 'evaluation',
  doc: 'Sets metrics of several variants side by side, item by item: means with intervals, each variant’s difference to the baseline, and whether it is more than chance. Connect the metrics of Score hits, Evaluate or Perplexity for each variant.',
  inputs: {
    metrics: {
      type: Metrics,
      many: true,
      doc: 'Metrics of items, one edge for each variant; rows of the same item are compared.',
    },
  },
  outputs: {
    comparison: {
      type: Comparison,
      doc: 'The table: a row for each variant, in the order of the edges.',
    },
  },
  params: z.strictObject({
    names: z
      .array(z.string().trim().max(200))
      .default([])
      .meta({
        title: 'Names',
        description:
          'What each variant is called, in the order of the edges; “variant 1” and so on where none is given.',
        entryPerEdge: 'metrics',
      } satisfies ParamMeta),
    baseline: z
      .string()
      .trim()
      .default('')
      .meta({
        title: 'Baseline',
        description: 'Name of the variant that the others are compared with; empty for the first.',
      } satisfies ParamMeta),
    metrics: z
      .array(z.string().min(1).max(200))
      .default([])
      .meta({
        title: 'Metrics',
        description:
          'Such as recall@3; empty takes all known ones. With fewer metrics a difference is easier to show: all of them share the 5 % of error.',
      } satisfies ParamMeta),
    lower: z
      .array(z.string().min(1).max(200))
      .default([])
      .meta({
        title: 'Lower is better',
        description:
          'Metrics of your own for which less is better. Graft knows those of its own nodes.',
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
