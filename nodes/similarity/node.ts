import {
  Answers,
  defineNode,
  Metrics,
  type ParamMeta,
  Questions,
  shortModelName,
} from '@graft/graph';
import { z } from 'zod';
import { countMeanings } from '../kit/evaluation/definition.ts';

export const similarity = defineNode({
  type: 'similarity',
  version: 1,
  implementation: 1,
  title: 'Similarity',
  group: 'evaluation',
  doc: 'Measures how close each answer is in meaning to its question’s reference, by the cosine of their embeddings. It recognises an answer in other words, but often misses a wrong number or name. Use it together with Evaluate.',
  inputs: {
    answers: { type: Answers, doc: 'Answers whose questions have a reference.' },
    questions: {
      type: Questions,
      optional: true,
      doc: 'Optional. References then come from here, matched by question id. The log names questions without an answer.',
    },
  },
  outputs: {
    metrics: {
      type: Metrics,
      doc: 'The mean, then the similarity of each answer.',
      itemsOf: ['answers', 'questions'],
    },
  },
  params: z.strictObject({
    model: z
      .string()
      .min(1)
      .default('all-MiniLM-L6-v2')
      .meta({
        title: 'Model',
        description: 'The model that turns texts into vectors. Press All models … to find others.',
        control: 'model',
        modelKind: 'embedder',
      } satisfies ParamMeta),
  }),
  summary: ({ model }) => [['model', shortModelName(model)]],
  metrics: () => ['similarity'],
  meanings: {
    similarity: 'How close the answer is to its reference: the cosine of their embeddings.',
    ...countMeanings,
  },
  caching: 'pure',
  sources: ({ model }) => [{ kind: 'model', id: model, param: 'model' }],
  check({ model }, _inputs, models) {
    const facts = models(model);
    if (facts === undefined || facts.kind === 'embedder') return [];
    return [
      {
        param: 'model',
        message: `"${model}" is not an embedder (kind: ${facts.kind}). Choose an embedder.`,
      },
    ];
  },
  engines: ['onnxruntime'],
  device: { needs: 'accelerator', affectsResult: true },
  migrations: [],
});
