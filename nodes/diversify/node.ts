import { defineNode, Hits, type ParamMeta } from '@graft/graph';
import { z } from 'zod';

export const diversify = defineNode({
  type: 'diversify',
  version: 1,
  implementation: 2,
  title: 'Diversify',
  group: 'retrieval',
  doc: 'Chooses hits that say different things. It drops near duplicates, then always takes the hit that is most relevant and least like those already chosen (maximal marginal relevance).',
  synonyms: ['mmr', 'deduplicate'],
  inputs: { hits: { type: Hits, doc: 'Hits to choose from.' } },
  outputs: {
    hits: { type: Hits, doc: 'The chosen hits, in the order in which they were chosen.' },
  },
  params: z.strictObject({
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
    lambda: z
      .number()
      .min(0)
      .max(1)
      .default(0.7)
      .meta({
        title: 'Lambda',
        description:
          'Weight of relevance; the rest is the weight of difference. 1 keeps the incoming order and needs no embedder.',
      } satisfies ParamMeta),
    duplicates: z
      .number()
      .min(0)
      .max(1)
      .default(0.8)
      .meta({
        title: 'Duplicates',
        description:
          'Two chunks that share at least this part of their word pairs are duplicates; the better one stays. 1: only chunks with the same words. 0: off.',
      } satisfies ParamMeta),
    perDocument: z
      .int()
      .min(0)
      .max(1000)
      .default(0)
      .meta({
        title: 'Per document',
        unit: 'chunks',
        description: 'Most hits from one document. 0: no limit.',
        advanced: true,
      } satisfies ParamMeta),
    embedder: z
      .string()
      .min(1)
      .default('all-MiniLM-L6-v2')
      .meta({
        title: 'Embedder',
        description: 'The embedder that measures how similar two chunks are.',
        control: 'model',
        modelKind: 'embedder',
        advanced: true,
      } satisfies ParamMeta),
  }),
  when: {
    embedder: { lambda: { below: 1 } },
  },
  summary: ({ top, lambda, duplicates }) => [
    ['top', String(top)],
    ['MMR', lambda === 1 ? 'off' : `λ ${lambda}`],
    ['duplicates', duplicates === 0 ? 'kept' : `from ${duplicates}`],
  ],
  caching: 'pure',
  items: { over: 'hits', key: ['hits'], batch: 8 },
  sources: ({ lambda, embedder }) =>
    lambda === 1 ? [] : [{ kind: 'model', id: embedder, param: 'embedder' }],
  check({ embedder, lambda }, _inputs, models) {
    const facts = lambda === 1 ? undefined : models(embedder);
    if (facts === undefined || facts.kind === 'embedder') return [];
    return [
      {
        param: 'embedder',
        message: `"${embedder}" is not an embedder (kind: ${facts.kind}). Choose an embedder.`,
      },
    ];
  },
  engines: ['onnxruntime'],
  device: { needs: 'accelerator', affectsResult: true },
  migrations: [],
});
