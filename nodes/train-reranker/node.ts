import { CrossEncoderModel, defineNode, Hits, Metrics, type ParamMeta } from '@graft/graph';
import { z } from 'zod';
import { evalShareParam, trainingParams } from '../kit/training/definition.ts';

const { schedule, warmup, weightDecay, clip, maxSteps } = trainingParams;
const { evaluateEvery, patience, seed, checkpointEvery } = trainingParams;

export const trainReranker = defineNode({
  type: 'train-reranker',
  version: 1,
  implementation: 2,
  title: 'Train reranker',
  group: 'training',
  doc: 'Trains a cross-encoder on what was retrieved for questions: of the hits of each, the one from a document that holds the answer is to get the highest score. It reads question and passage together, starting from an embedder’s weights, and plugs into Rerank.',
  inputs: {
    hits: {
      type: Hits,
      doc: 'Hits of questions that name the documents that hold their answers. Keep those that you measure with out of it.',
    },
  },
  outputs: {
    reranker: {
      type: CrossEncoderModel,
      doc: 'The cross-encoder, best by evaluation loss where there is one.',
    },
    metrics: { type: Metrics, doc: 'The curves over the steps, and a summary.' },
  },
  params: z.strictObject({
    model: z
      .string()
      .min(1)
      .default('all-MiniLM-L6-v2')
      .meta({
        title: 'Model',
        description: 'The embedder to start from, of the family bert.',
        control: 'model',
        modelKind: 'embedder',
      } satisfies ParamMeta),
    method: z
      .enum(['full', 'lora'])
      .default('full')
      .meta({
        title: 'Method',
        description:
          'full: every weight. lora: low-rank additions to its linear maps, with ten times the learning rate. The head is trained either way.',
      } satisfies ParamMeta),
    learningRate: z
      .number()
      .gt(0)
      .max(1)
      .default(1e-4)
      .meta({
        title: 'Learning rate',
        description: 'The highest, after the warm-up. About 0.0001 for full, 0.001 for lora.',
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
        description: 'Questions a step.',
      } satisfies ParamMeta),
    negatives: z
      .int()
      .min(1)
      .max(64)
      .default(4)
      .meta({
        title: 'Negatives',
        unit: 'a question',
        description: 'Hits of other documents, drawn from all that the question has.',
      } satisfies ParamMeta),
    maxLength: z
      .int()
      .min(8)
      .max(8192)
      .default(128)
      .meta({
        title: 'Longest pair',
        unit: 'tokens',
        description: 'Of question and passage together; what is beyond is left out in training.',
        advanced: true,
      } satisfies ParamMeta),
    rank: z
      .int()
      .min(1)
      .max(1024)
      .default(16)
      .meta({
        title: 'Rank',
        description: 'Of lora: more learns more.',
        advanced: true,
      } satisfies ParamMeta),
    alpha: z
      .number()
      .gt(0)
      .max(4096)
      .default(32)
      .meta({
        title: 'Alpha',
        description: 'Of lora: what it adds is multiplied by alpha over rank.',
        advanced: true,
      } satisfies ParamMeta),
    evalShare: evalShareParam('Chosen by the documents that hold the answers.').default(0.05),
    ...{ schedule, warmup, weightDecay, clip, maxSteps },
    ...{ evaluateEvery, patience, seed, checkpointEvery },
  }),
  summary: ({ model, method, rank, epochs }) => [
    ['model', model],
    ['method', method === 'lora' ? `lora, rank ${rank}` : 'every weight'],
    ['epochs', String(epochs)],
  ],
  caching: 'seeded',
  sources: ({ model }) => [{ kind: 'model', id: model, param: 'model' }],
  check({ model, maxLength }, _inputs, models) {
    const facts = models(model);
    if (facts === undefined) return [];
    const refuse = (message: string, param = 'model') => [{ param, message }];
    if (facts.kind !== 'embedder') {
      return refuse(`${model} is of kind ${facts.kind}; choose an embedder.`);
    }
    if (facts.architecture !== 'bert') {
      return refuse(
        `${model} is of the family ${facts.architecture}; rerankers are trained from embedders of the family bert, such as all-MiniLM-L6-v2.`,
      );
    }
    if (maxLength <= facts.contextLength) return [];
    return refuse(
      `${model} reads at most ${facts.contextLength} tokens; set the longest pair to that or less.`,
      'maxLength',
    );
  },
  engines: ['training', 'onnxruntime'],
  device: { needs: 'accelerator', affectsResult: true },
  lane: 'training',
  migrations: [],
});
