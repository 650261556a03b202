import { defineNode, Hits, type ParamMeta } from '@graft/graph';
import { z } from 'zod';

export const rerank = defineNode({
  type: 'rerank',
  version: 1,
  implementation: 2,
  title: 'Rerank',
  group: 'retrieval',
  doc: 'Puts the hits of each question into a better order by reading question and chunk together. Late interaction compares their token vectors (MaxSim) and fuses that order with the incoming one; a cross-encoder scores each pair with a model trained for it.',
  inputs: { hits: { type: Hits, doc: 'Hits to reorder.' } },
  outputs: { hits: { type: Hits, doc: 'The best of them, in the new order.' } },
  params: z.strictObject({
    method: z
      .enum(['late-interaction', 'cross-encoder'])
      .default('late-interaction')
      .meta({
        title: 'Method',
        description:
          'late-interaction needs no further model. cross-encoder is better where its model can be had.',
      } satisfies ParamMeta),
    top: z
      .int()
      .min(1)
      .max(1000)
      .default(10)
      .meta({
        title: 'Top',
        unit: 'chunks',
        description: 'Hits kept for each question.',
      } satisfies ParamMeta),
    model: z
      .string()
      .min(1)
      .default('ms-marco-MiniLM-L6-v2')
      .meta({
        title: 'Cross-encoder',
        description: 'Used by the method cross-encoder.',
        control: 'model',
        modelKind: 'cross-encoder',
        advanced: true,
      } satisfies ParamMeta),
    embedder: z
      .string()
      .min(1)
      .default('all-MiniLM-L6-v2')
      .meta({
        title: 'Embedder',
        description: 'Whose token vectors late interaction compares.',
        control: 'model',
        modelKind: 'embedder',
        advanced: true,
      } satisfies ParamMeta),
    weight: z
      .number()
      .min(0)
      .max(10)
      .default(1)
      .meta({
        title: 'Weight',
        description:
          'Weight of the late-interaction order beside the incoming order, which has 1, in the fusion.',
        advanced: true,
      } satisfies ParamMeta),
    rrf: z
      .int()
      .min(1)
      .max(1000)
      .default(60)
      .meta({
        title: 'RRF constant',
        description: 'Of the fusion: sum of weight / (constant + rank).',
        advanced: true,
      } satisfies ParamMeta),
  }),
  summary: ({ method, top, model }) => [
    ['method', method === 'cross-encoder' ? model : 'late interaction + RRF'],
    ['top', String(top)],
  ],
  caching: 'pure',
  items: {
    over: 'hits',
    key: ['question.question', 'hits'],
    length: (row) => (row as { hits: readonly unknown[] }).hits.length,
    batch: 8,
  },
  sources: ({ method, model, embedder }) => [
    method === 'cross-encoder'
      ? { kind: 'model', id: model, param: 'model' }
      : { kind: 'model', id: embedder, param: 'embedder' },
  ],
  engines: ['onnxruntime'],
  device: { needs: 'accelerator', affectsResult: true },
  migrations: [],
});
