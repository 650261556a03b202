import {
  CrossEncoderModel,
  defineNode,
  Hits,
  Model,
  type ParamMeta,
  shortModelName,
  type Source,
} from '@graft/graph';
import { z } from 'zod';
import {
  contextParam,
  judgingClashes,
  parallelParam,
  promptParam,
} from '../kit/asking/definition.ts';

const orders = {
  'late-interaction': 'late interaction + RRF',
  'language-model': 'P(yes) of a language model + RRF',
  trained: 'trained cross-encoder + RRF',
  none: 'incoming order',
};

const fused = ['late-interaction', 'trained', 'language-model'] as const;

/** Whether a method's order is only one of two, fused with the incoming one. */
export function isFused(method: string): boolean {
  return fused.some((known) => known === method);
}

function partWeight(title: string, what: string) {
  return z
    .number()
    .min(0)
    .max(1)
    .default(1)
    .meta({
      title: `${title} weight`,
      description: `How much of the quality share a hit can lose for ${what}. 0: nothing.`,
      advanced: true,
    } satisfies ParamMeta);
}

export const noCrossEncoder =
  'No cross-encoder is connected. Connect Train reranker or Remote reranker, or choose another method.';

/** Rejects `2026-02-30`; accepts `2026-02` and `2026`. */
export function isDay(day: string): boolean {
  const time = Date.parse(day);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(day);
}

export const rerank = defineNode({
  type: 'rerank',
  version: 1,
  implementation: 7,
  title: 'Rerank',
  group: 'retrieval',
  doc: 'Reorders the hits of each question by reading question and chunk together. Late interaction compares their token vectors (MaxSim) and fuses that order with the incoming one. A cross-encoder scores each pair with a model trained for it. With a language model, the probability that it says yes is fused the same way. Quality can also count: length, boilerplate, trust in the source, and freshness.',
  synonyms: ['cross-encoder', 'reorder'],
  inputs: {
    hits: { type: Hits, doc: 'Hits to reorder.' },
    model: {
      type: Model,
      optional: true,
      doc: 'A local language model, for the method language-model.',
    },
    trained: {
      type: CrossEncoderModel,
      optional: true,
      doc: 'A trained or remote cross-encoder, for the method trained.',
    },
  },
  outputs: { hits: { type: Hits, doc: 'The best hits, in the new order.' } },
  params: z.strictObject({
    method: z
      .enum(['late-interaction', 'cross-encoder', 'trained', 'language-model', 'none'])
      .default('late-interaction')
      .meta({
        title: 'Method',
        description:
          'late-interaction: compares token vectors; the quickest. cross-encoder: better, but slower. trained: the connected cross-encoder. language-model: asks the connected model about each chunk. none: keeps the incoming order, except for quality.',
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
    quality: z
      .number()
      .min(0)
      .max(1)
      .default(0)
      .meta({
        title: 'Quality',
        description:
          'Share of its score that a hit can lose to each part of quality. 0: only the topic counts.',
      } satisfies ParamMeta),
    model: z
      .string()
      .min(1)
      .default('ms-marco-MiniLM-L6-v2')
      .meta({
        title: 'Cross-encoder',
        description: 'The model of the method cross-encoder.',
        control: 'model',
        modelKind: 'cross-encoder',
      } satisfies ParamMeta),
    embedder: z
      .string()
      .min(1)
      .default('all-MiniLM-L6-v2')
      .meta({
        title: 'Embedder',
        description: 'The embedder whose token vectors late interaction compares.',
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
        description: 'Weight of the new order in the fusion. The incoming order has weight 1.',
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
          'Each order adds weight / (constant + rank) to the score of a hit. A smaller constant gives the first few ranks more weight; 60 is usual.',
        advanced: true,
      } satisfies ParamMeta),
    prompt: promptParam('Prompt', {
      of: 'The language model’s prompt for each chunk.',
      holds: ['passage', 'question'],
      text: 'Passage:\n{passage}\n\nQuestion: {question}\n\nDoes the passage say what the question asks for? Answer only Yes or No.',
    }),
    context: contextParam(2048),
    parallel: parallelParam,
    lengthWeight: partWeight('Length', 'being too short'),
    contentWeight: partWeight('Content', 'boilerplate'),
    trustWeight: partWeight('Trust', 'an untrusted source'),
    freshnessWeight: partWeight('Freshness', 'age'),
    words: z
      .int()
      .min(1)
      .max(10_000)
      .default(40)
      .meta({
        title: 'Enough',
        unit: 'words',
        description: 'Chunks of at least this length lose no score.',
        advanced: true,
      } satisfies ParamMeta),
    trust: z
      .record(z.string().min(1), z.number().min(0).max(1))
      .default({})
      .meta({
        title: 'Trusted',
        description:
          'Trust in hits by path or address, from 0 to 1 for each glob, such as **/archive/**. If several globs match, the longest counts. Without a match: 1.',
        example: '**/archive/**',
        advanced: true,
      } satisfies ParamMeta),
    dates: z
      .array(z.string().min(1))
      .default(['date', 'changed', 'published', 'modified'])
      .meta({
        title: 'Dates',
        description:
          'Metadata fields with the date of a text, such as 2026-03-01. Graft uses the first field that has a date.',
        advanced: true,
      } satisfies ParamMeta),
    halfLife: z
      .number()
      .positive()
      .max(100_000)
      .default(365)
      .meta({
        title: 'Half-life',
        unit: 'days',
        description: 'The age at which a text is half as fresh.',
        advanced: true,
      } satisfies ParamMeta),
    today: z
      .string()
      .regex(/^(\d{4}-\d{2}-\d{2})?$/, 'must be a date such as 2026-03-01, or empty')
      .refine((day) => day === '' || isDay(day), 'must be an existing day, or empty')
      .default('')
      .meta({
        title: 'Today',
        description:
          'The date from which ages are counted back, such as 2026-03-01. Empty: the day of the run.',
        advanced: true,
      } satisfies ParamMeta),
  }),
  when: {
    model: { method: ['cross-encoder'] },
    embedder: { method: ['late-interaction'] },
    weight: { method: fused },
    rrf: [{ method: fused }, { quality: { over: 0 } }],
    prompt: { method: ['language-model'] },
    context: { method: ['language-model'] },
    parallel: { method: ['language-model'] },
    lengthWeight: { quality: { over: 0 } },
    contentWeight: { quality: { over: 0 } },
    trustWeight: { quality: { over: 0 } },
    freshnessWeight: { quality: { over: 0 } },
    words: { quality: { over: 0 }, lengthWeight: { over: 0 } },
    trust: { quality: { over: 0 }, trustWeight: { over: 0 } },
    dates: { quality: { over: 0 }, freshnessWeight: { over: 0 } },
    halfLife: { quality: { over: 0 }, freshnessWeight: { over: 0 } },
    today: { quality: { over: 0 }, freshnessWeight: { over: 0 } },
  },
  summary: ({ method, top, model, quality }) => [
    ['method', method === 'cross-encoder' ? shortModelName(model) : orders[method]],
    ['top', String(top)],
    ...(quality === 0 ? [] : [['quality', String(quality)] as const]),
  ],
  caching: 'pure',
  items: {
    over: 'hits',
    key: ['question.question', 'hits'],
    length: (row) => (row as { hits: readonly unknown[] }).hits.length,
    batch: 8,
  },
  sources({ method, model, embedder, quality, freshnessWeight, today }) {
    const sources: Source[] = [];
    if (method === 'cross-encoder') sources.push({ kind: 'model', id: model, param: 'model' });
    if (method === 'late-interaction') {
      sources.push({ kind: 'model', id: embedder, param: 'embedder' });
    }
    if (quality > 0 && freshnessWeight > 0 && today === '') {
      sources.push({ kind: 'clock', hours: 24, param: 'today' });
    }
    return sources;
  },
  check(params, inputs, models) {
    if (params.method === 'trained' && inputs['trained'] === undefined) {
      return [
        {
          port: 'trained',
          message: noCrossEncoder,
        },
      ];
    }
    const { method, embedder } = params;
    if (method === 'late-interaction' && models(embedder)?.format === 'gguf') {
      return [
        {
          param: 'embedder',
          message: `"${embedder}" is in GGUF, which gives no vectors of tokens. Choose an embedder in ONNX.`,
        },
      ];
    }
    return judgingClashes({ params, isAsked: params.method === 'language-model' }, inputs, models);
  },
  engines: ['onnxruntime', 'llama.cpp'],
  device: { needs: 'accelerator', affectsResult: true },
  migrations: [],
});
