import {
  Chunks,
  defineNode,
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
} from '../kit/training/definition.ts';

const { epochs, schedule, warmup, weightDecay, clip, maxSteps } = trainingParams;
const { evaluateEvery, patience, seed, checkpointEvery } = trainingParams;
const { model, rank, alpha } = encoderParams;

/** In a few words; lora goes by its rank. */
const methods = { full: 'every weight', 'query-adapter': 'a map of questions' } as const;

export const trainEmbedder = defineNode({
  type: 'train-embedder',
  version: 1,
  implementation: 1,
  title: 'Train embedder',
  group: 'training',
  doc: 'Trains a sentence embedder on questions and the passages that answer them, so that it learns the words of your texts. Each question has to pick its own passage out of those in its batch and out of passages that share its words without answering it. Embed and Retrieve take the result. An index has to be built anew with it, except for a query adapter, which changes questions alone.',
  synonyms: ['finetune', 'fine-tuning', 'contrastive', 'embedding model'],
  inputs: {
    questions: {
      type: Questions,
      doc: 'Questions that name the documents that hold their answers. Leave out those that you measure with.',
    },
    chunks: {
      type: Chunks,
      doc: 'The passages, cut by the same chunker as those that are indexed.',
    },
  },
  outputs: {
    embedder: {
      type: EmbedderModel,
      doc: 'The embedder, at its best evaluation loss if there is one.',
    },
    metrics: { type: Metrics, doc: 'The curves over the steps, and a summary.' },
  },
  params: z.strictObject({
    model: model.meta({
      ...model.meta(),
      description:
        'The embedder to start from, of the family bert; of any family for a query adapter.',
    }),
    method: z
      .enum(['lora', 'full', 'query-adapter'])
      .default('lora')
      .meta({
        title: 'Method',
        description:
          'lora: low-rank additions to its linear maps, merged into its weights at the end. full: every weight, with a tenth of the learning rate. query-adapter: the embedder stays as it is, and a linear map for the vectors of questions is trained. It learns less, takes seconds, and the existing index can still be used.',
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
          'Pairs in a step. Each question is told apart from all passages in its batch: more of them make it harder and take more memory.',
      } satisfies ParamMeta),
    negatives: z
      .int()
      .min(0)
      .max(8)
      .default(1)
      .meta({
        title: 'Hard negatives',
        unit: 'a question',
        description: 'Passages of other documents that share most words with the question (BM25).',
      } satisfies ParamMeta),
    maxLength: z
      .int()
      .min(8)
      .max(8192)
      .default(256)
      .meta({
        title: 'Longest text',
        unit: 'tokens',
        description: 'What is longer is cut in training. Memory grows with it.',
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
        description: 'For lora: which linear maps of the layers get an addition.',
        advanced: true,
      } satisfies ParamMeta),
    evalShare: evalShareParam(
      'Chosen by what a question asks; paraphrases of a question stay on the same side.',
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
    if (facts?.dimension === undefined) return {};
    const { dimension, digest } = facts;
    const embedder =
      method === 'query-adapter'
        ? { model: `${model} with a query adapter`, dimension, passages: { model, digest } }
        : { model: `${model} tuned`, dimension };
    return { embedder: { embedder } };
  },
  check: (params, _inputs, models) =>
    params.method === 'query-adapter'
      ? kindClashes(params.model, models)
      : encoderClashes(params, models, {
          trained: 'embedders that can be trained are',
          longest: 'text',
        }),
  engines: ['training', 'onnxruntime'],
  device: { needs: 'accelerator', affectsResult: true },
  lane: 'training',
  migrations: [],
});
