import {
  Chunks,
  defineNode,
  embedderFacet,
  EmbedderModel,
  Metrics,
  type ParamMeta,
  Questions,
} from '@graft/graph';
import { z } from 'zod';
import {
  encoderClashes,
  encoderParams,
  evalShareParam,
  kindClashes,
  trainingMeanings,
  trainingParams,
  trainingPresets,
} from '../kit/training/definition.ts';

const { epochs, schedule, warmup, weightDecay, clip, maxSteps } = trainingParams;
const { evaluateEvery, patience, seed, checkpointEvery } = trainingParams;
const { model, rank, alpha } = encoderParams;

/** In a few words; lora includes its rank. */
const methods = { full: 'every weight', 'query-adapter': 'a map of questions' } as const;

export const trainEmbedder = defineNode({
  type: 'train-embedder',
  version: 1,
  implementation: 1,
  title: 'Train embedder',
  group: 'training',
  doc: 'Trains a sentence embedder on questions and the passages that answer them, so that it learns the words of your texts. Each question must pick its own passage among those of its batch and among passages that share its words without answering it. Connect the result to Embed and Retrieve, and rebuild the index. A query adapter changes only questions, so the index stays.',
  synonyms: ['finetune', 'fine-tuning', 'contrastive', 'embedding model'],
  inputs: {
    questions: {
      type: Questions,
      doc: 'Questions that name the documents with their answers. Leave out the questions that you evaluate with.',
    },
    chunks: {
      type: Chunks,
      doc: 'The passages, chunked like those in the index.',
    },
  },
  outputs: {
    embedder: {
      type: EmbedderModel,
      doc: 'The embedder, at its lowest evaluation loss if that is measured.',
    },
    metrics: { type: Metrics, doc: 'Training curves by step, and a summary.' },
  },
  params: z.strictObject({
    model: model.meta({
      ...model.meta(),
      description:
        'The embedder to train. lora and full need one of the BERT family; query-adapter accepts any.',
    }),
    method: z
      .enum(['lora', 'full', 'query-adapter'])
      .default('lora')
      .meta({
        title: 'Method',
        description:
          'lora: trains low-rank additions, merged into the weights at the end. full: trains every weight, with a tenth of the learning rate. query-adapter: trains only a linear map for the vectors of questions; it learns less, takes seconds, and keeps the existing index.',
      } satisfies ParamMeta),
    learningRate: z
      .number()
      .gt(0)
      .max(1)
      .default(1e-3)
      .meta({
        title: 'Learning rate',
        description:
          'The highest rate, after the warm-up. About 0.001 for lora, 0.0001 for full, 0.003 for query-adapter.',
      } satisfies ParamMeta),
    epochs,
    batch: z
      .int()
      .min(1)
      .max(1024)
      .default(16)
      .meta({
        title: 'Batch',
        unit: 'pairs',
        description:
          'Pairs in a step. Each question must pick its passage among all passages of the batch. A larger batch is harder and takes more memory.',
      } satisfies ParamMeta),
    negatives: z
      .int()
      .min(0)
      .max(8)
      .default(1)
      .meta({
        title: 'Hard negatives',
        unit: 'a question',
        description: 'Passages of other documents that share many words with the question (BM25).',
      } satisfies ParamMeta),
    maxLength: z
      .int()
      .min(8)
      .max(8192)
      .default(256)
      .meta({
        title: 'Longest text',
        unit: 'tokens',
        description: 'Longer texts are cut in training. Memory grows with it.',
        advanced: true,
      } satisfies ParamMeta),
    rank,
    alpha,
    targets: z
      .array(z.enum(['all-linear', 'query', 'key', 'value', 'dense']))
      .min(1)
      .default(['all-linear'])
      .meta({
        title: 'Targets',
        description: 'For lora: which linear maps of the layers get an adapter.',
        advanced: true,
      } satisfies ParamMeta),
    evalShare: evalShareParam(
      'Graft chooses them by the text of the question. Paraphrases of a question stay together.',
    ),
    ...{ schedule, warmup, weightDecay, clip, maxSteps },
    ...{ evaluateEvery, patience, seed, checkpointEvery },
  }),
  when: {
    maxLength: { method: ['lora', 'full'] },
    rank: { method: ['lora'] },
    alpha: { method: ['lora'] },
    targets: { method: ['lora'] },
  },
  presets: trainingPresets(3),
  summary: ({ model, method, rank, epochs }) => [
    ['model', model],
    ['method', method === 'lora' ? `lora, rank ${rank}` : methods[method]],
    ['epochs', String(epochs)],
  ],
  meanings: trainingMeanings,
  caching: 'seeded',
  sources: ({ model }) => [{ kind: 'model', id: model, param: 'model' }],
  facets({ model, method }, _inputs, models) {
    const facts = models(model);
    const base = embedderFacet(facts);
    if (facts === undefined || base === undefined) return {};
    const { dimension, ...passages } = base;
    const embedder =
      method === 'query-adapter'
        ? {
            ...{ model: `${model} with a query adapter`, dimension },
            passages: { ...passages, digest: facts.digest },
          }
        : { model: `${model} tuned`, dimension };
    return { embedder: { embedder } };
  },
  check: (params, _inputs, models) =>
    params.method === 'query-adapter'
      ? kindClashes(params.model, models)
      : encoderClashes(params, models, {
          trained: 'training takes only embedders',
          longest: 'text',
          layout: true,
        }),
  engines: ['training', 'onnxruntime'],
  device: { needs: 'accelerator', affectsResult: true },
  lane: 'training',
  migrations: [],
});
