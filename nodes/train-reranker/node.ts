import { CrossEncoderModel, defineNode, Hits, Metrics, type ParamMeta } from '@graft/graph';
import { z } from 'zod';
import {
  encoderClashes,
  encoderParams,
  evalShareParam,
  trainingMeanings,
  trainingParams,
  trainingPresets,
} from '../kit/training/definition.ts';

const { schedule, warmup, weightDecay, clip, maxSteps } = trainingParams;
const { evaluateEvery, patience, seed, checkpointEvery } = trainingParams;
const { model, rank, alpha } = encoderParams;

export const trainReranker = defineNode({
  type: 'train-reranker',
  version: 1,
  implementation: 2,
  title: 'Train reranker',
  group: 'training',
  doc: 'Trains a cross-encoder on the hits of questions: the hit from a document with the answer should get the highest score. A cross-encoder reads question and passage together; training starts from an embedder’s weights. Connect the result to Rerank.',
  synonyms: ['finetune', 'fine-tuning', 'cross-encoder'],
  inputs: {
    hits: {
      type: Hits,
      doc: 'Hits of questions that name the documents with their answers. Leave out the questions that you evaluate with.',
    },
  },
  outputs: {
    reranker: {
      type: CrossEncoderModel,
      doc: 'The cross-encoder, at its lowest evaluation loss if that is measured.',
    },
    metrics: { type: Metrics, doc: 'Training curves by step, and a summary.' },
  },
  params: z.strictObject({
    model,
    method: z
      .enum(['full', 'lora'])
      .default('full')
      .meta({
        title: 'Method',
        description:
          'full: trains every weight. lora: trains low-rank additions to the linear maps, with ten times the learning rate. Both train the head.',
      } satisfies ParamMeta),
    learningRate: z
      .number()
      .gt(0)
      .max(1)
      .default(1e-4)
      .meta({
        title: 'Learning rate',
        description: 'The highest rate, after the warm-up. About 0.0001 for full, 0.001 for lora.',
      } satisfies ParamMeta),
    epochs: trainingParams.epochs.default(1),
    batch: z
      .int()
      .min(1)
      .max(1024)
      .default(8)
      .meta({
        title: 'Batch',
        unit: 'questions',
        description: 'Questions in a step.',
      } satisfies ParamMeta),
    negatives: z
      .int()
      .min(1)
      .max(64)
      .default(4)
      .meta({
        title: 'Negatives',
        unit: 'a question',
        description: 'Hits from other documents, drawn from all hits of the question.',
      } satisfies ParamMeta),
    maxLength: z
      .int()
      .min(8)
      .max(8192)
      .default(128)
      .meta({
        title: 'Longest pair',
        unit: 'tokens',
        description: 'Length of question and passage together. Longer pairs are cut in training.',
        advanced: true,
      } satisfies ParamMeta),
    rank,
    alpha,
    evalShare: evalShareParam('Graft chooses them by the documents that hold the answers.').default(
      0.05,
    ),
    ...{ schedule, warmup, weightDecay, clip, maxSteps },
    ...{ evaluateEvery, patience, seed, checkpointEvery },
  }),
  when: {
    rank: { method: ['lora'] },
    alpha: { method: ['lora'] },
  },
  presets: trainingPresets(1),
  summary: ({ model, method, rank, epochs }) => [
    ['model', model],
    ['method', method === 'lora' ? `lora, rank ${rank}` : 'every weight'],
    ['epochs', String(epochs)],
  ],
  meanings: trainingMeanings,
  caching: 'seeded',
  sources: ({ model }) => [{ kind: 'model', id: model, param: 'model' }],
  check: (params, _inputs, models) =>
    encoderClashes(params, models, {
      trained: 'a reranker starts from an embedder',
      longest: 'pair',
    }),
  engines: ['training', 'onnxruntime'],
  device: { needs: 'accelerator', affectsResult: true },
  lane: 'training',
  migrations: [],
});
