import {
  defineNode,
  type EmbedderFacet,
  EmbedderModel,
  Hits,
  Index,
  type ParamMeta,
  passageEmbedder,
  Questions,
  sameEmbedder,
} from '@graft/graph';
import { z } from 'zod';

export const retrieve = defineNode({
  type: 'retrieve',
  version: 1,
  implementation: 2,
  title: 'Retrieve',
  group: 'retrieval',
  doc: 'Finds the chunks that answer each question: by meaning (dense), by words (BM25), or by both, fused by reciprocal ranks (hybrid). A question with variants is searched for by each of them, and the results are fused.',
  synonyms: ['search', 'find', 'rag', 'vector search'],
  inputs: {
    questions: { type: Questions, doc: 'Questions to search for.' },
    index: { type: Index, doc: 'The index to search.' },
    trained: {
      type: EmbedderModel,
      optional: true,
      doc: 'The trained embedder that made the index, or a query adapter of the one that did.',
    },
  },
  outputs: { hits: { type: Hits, doc: 'For each question, its best chunks in order.' } },
  params: z.strictObject({
    mode: z
      .enum(['dense', 'bm25', 'hybrid'])
      .default('hybrid')
      .meta({
        title: 'Mode',
        description: 'dense: nearest vectors. bm25: matching words. hybrid: both, fused.',
      } satisfies ParamMeta),
    k: z
      .int()
      .min(1)
      .max(1000)
      .default(20)
      .meta({
        title: 'Top k',
        unit: 'chunks',
        description: 'Hits for each question.',
      } satisfies ParamMeta),
    candidates: z
      .int()
      .min(1)
      .max(10_000)
      .default(60)
      .meta({
        title: 'Candidates',
        unit: 'chunks',
        description: 'How many from each side enter the fusion; Top k at least.',
        advanced: true,
      } satisfies ParamMeta),
    rrf: z
      .int()
      .min(1)
      .max(1000)
      .default(60)
      .meta({
        title: 'RRF constant',
        description:
          'How evenly places count: each side, and each variant of a question, adds 1 / (constant + rank) to the score. 60 is usual; the smaller it is, the more the first few places decide.',
        advanced: true,
      } satisfies ParamMeta),
    variantWeight: z
      .number()
      .min(0)
      .max(10)
      .default(1)
      .meta({
        title: 'Variant weight',
        description: 'Weight of each variant of a question; the question itself has 1.',
        advanced: true,
      } satisfies ParamMeta),
    embedder: z
      .string()
      .default('')
      .meta({
        title: 'Embedder',
        description: 'Empty for the one that made the index, which is nearly always right.',
        control: 'model',
        modelKind: 'embedder',
        advanced: true,
      } satisfies ParamMeta),
    paths: z
      .array(z.string().min(1))
      .default([])
      .meta({
        title: 'Only paths',
        description:
          'Search only chunks of documents that one of these globs matches, such as sales/**.',
        advanced: true,
      } satisfies ParamMeta),
    metadata: z
      .record(z.string(), z.string())
      .default({})
      .meta({
        title: 'Only metadata',
        description: 'Search only chunks whose metadata have these values.',
        advanced: true,
      } satisfies ParamMeta),
  }),
  when: {
    embedder: { mode: ['dense', 'hybrid'] },
  },
  summary({ mode, k, paths, metadata }) {
    const filters = [...paths, ...Object.entries(metadata).map((pair) => pair.join(' = '))];
    return [
      ['mode', mode === 'hybrid' ? 'hybrid, RRF' : mode],
      ['k', String(k)],
      ...(filters.length === 0 ? [] : [['only', filters.join(', ')] as const]),
    ];
  },
  caching: 'pure',
  items: {
    over: 'questions',
    key: ['question', 'variants'],
    length: (row) => (row as { question: string }).question.length,
  },
  sources: ({ embedder }) =>
    embedder === '' ? [] : [{ kind: 'model', id: embedder, param: 'embedder' }],
  check({ embedder, mode }, inputs, models) {
    const made = inputs['index']?.embedder;
    if (made === undefined || mode === 'bm25') return [];
    const { trained } = inputs;
    if (trained !== undefined) {
      const asking = trained.embedder;
      if (asking === undefined || sameEmbedder(made, passageEmbedder(asking)) !== false) return [];
      const { asked, remedy } = otherThan(made, asking);
      return [
        {
          port: 'index',
          message: `The index was made with ${made.model}, but the questions would be embedded with ${asked}, whose vectors are different. Build the index anew: ${remedy} the Embed node it is made from.`,
        },
      ];
    }
    if (made.digest === undefined) {
      return [
        {
          port: 'index',
          message: `The index is made with ${made.model}, which is trained in this graph: connect it here, too.`,
        },
      ];
    }
    if (embedder === '') return [];
    const facts = models(embedder);
    if (facts === undefined || facts.digest === made.digest) return [];
    const own = facts.dimension === undefined ? embedder : `${embedder} (${facts.dimension} wide)`;
    return [
      {
        port: 'index',
        param: 'embedder',
        message: `The index was made with ${made.model} (${made.dimension} wide), but the questions would be embedded with ${own}. Choose ${made.model} here or leave the embedder empty, or embed the chunks with ${embedder}.`,
      },
    ];
  },
  engines: ['onnxruntime', 'lance'],
  device: { needs: 'accelerator', affectsResult: true },
  cores: 'one',
  migrations: [],
});

/** What questions would be embedded with where that did not make the index, and what to do with it. */
function otherThan(
  made: EmbedderFacet,
  { model, passages }: EmbedderFacet,
): { readonly asked: string; readonly remedy: string } {
  if (passages !== undefined) return { asked: model, remedy: `choose ${passages.model} in` };
  if (model !== made.model) return { asked: model, remedy: `connect ${model} to` };
  return {
    asked: 'another training of it, as of another round',
    remedy: 'connect the embedder that comes here to',
  };
}
