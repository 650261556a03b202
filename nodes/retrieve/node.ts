import {
  defineNode,
  type EmbedderFacet,
  embedderFacet,
  EmbedderModel,
  embedderWords,
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
  doc: 'Finds the best chunks for each question: by meaning (dense), by words (BM25), or by both, fused by reciprocal ranks (hybrid). If a question has variants, it also searches for each variant and fuses the results.',
  synonyms: ['search', 'find', 'rag', 'vector search'],
  inputs: {
    questions: { type: Questions, doc: 'Questions to search for.' },
    index: { type: Index, doc: 'The index to search.' },
    trained: {
      type: EmbedderModel,
      optional: true,
      doc: 'The trained or remote embedder that made the index, or a query adapter for the embedder that made it.',
    },
  },
  outputs: { hits: { type: Hits, doc: 'The best chunks of each question, in order.' } },
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
        description: 'How many hits of each search enter the fusion; at least Top k.',
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
          'Each search, and each variant of a question, adds 1 / (constant + rank) to the score of a hit. A smaller constant gives the first few ranks more weight; 60 is usual.',
        advanced: true,
      } satisfies ParamMeta),
    variantWeight: z
      .number()
      .min(0)
      .max(10)
      .default(1)
      .meta({
        title: 'Variant weight',
        description: 'Weight of each variant of a question. The question itself has weight 1.',
        advanced: true,
      } satisfies ParamMeta),
    embedder: z
      .string()
      .default('')
      .meta({
        title: 'Embedder',
        description: 'Empty: the embedder that made the index, which is nearly always right.',
        control: 'model',
        modelKind: 'embedder',
        advanced: true,
      } satisfies ParamMeta),
    prompt: z
      .string()
      .default('')
      .meta({
        title: 'Prompt',
        description:
          'Text before each question that is embedded, instead of the model’s own prompt: an instruction, or query: for E5. Empty: the model’s own, if it has one.',
        control: 'multiline',
        advanced: true,
      } satisfies ParamMeta),
    paths: z
      .array(z.string().min(1))
      .default([])
      .meta({
        title: 'Only paths',
        description:
          'Search only documents whose path matches one of these globs, such as sales/**.',
        advanced: true,
      } satisfies ParamMeta),
    metadata: z
      .record(z.string(), z.string())
      .default({})
      .meta({
        title: 'Only metadata',
        description: 'Search only chunks with these metadata values.',
        advanced: true,
      } satisfies ParamMeta),
  }),
  when: {
    embedder: { mode: ['dense', 'hybrid'] },
    prompt: { mode: ['dense', 'hybrid'] },
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
    asksOnce: true,
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
          message: `The index was made with ${made.model}, but the questions would be embedded with ${asked}, whose vectors differ. Rebuild the index: ${remedy} the Embed node before it.`,
        },
      ];
    }
    if (made.digest === undefined || made.engine === 'remote') {
      const origin = made.engine === 'remote' ? 'on a server' : 'trained in this graph';
      return [
        {
          port: 'index',
          message: `The index was made with ${made.model}, an embedder ${origin}. Connect that embedder here, too.`,
        },
      ];
    }
    if (embedder === '') return [];
    const facts = models(embedder);
    if (facts === undefined || facts.digest === made.digest) return [];
    const asked = embedderFacet(facts);
    const own = asked === undefined ? embedder : embedderWords(asked);
    return [
      {
        port: 'index',
        param: 'embedder',
        message: `The index was made with ${embedderWords(made)}, but the questions would be embedded with ${own}. Choose ${made.model} here or leave the embedder empty, or embed the chunks with ${embedder}.`,
      },
    ];
  },
  engines: ['onnxruntime', 'lance'],
  device: { needs: 'accelerator', affectsResult: true },
  cores: 'one',
  migrations: [],
});

/** Clash of an embedder for questions that did not make the index, with the remedy. */
function otherThan(
  made: EmbedderFacet,
  asking: EmbedderFacet,
): { readonly asked: string; readonly remedy: string } {
  const { model, passages } = asking;
  if (passages !== undefined) return { asked: model, remedy: `choose ${passages.model} in` };
  if (model !== made.model) return { asked: model, remedy: `connect ${model} to` };
  if (asking.engine === 'remote') {
    return {
      asked: `other settings of it: ${embedderWords(asking)}`,
      remedy: 'connect this embedder to',
    };
  }
  return {
    asked: 'another training of it',
    remedy: 'connect this embedder to',
  };
}
