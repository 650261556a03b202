import { Answers, defineNode, Metrics, type ParamMeta, Questions } from '@graft/graph';
import { z } from 'zod';
import { countMeanings } from '../kit/evaluation/definition.ts';

export const similarity = defineNode({
  type: 'similarity',
  version: 1,
  implementation: 1,
  title: 'Similarity',
  group: 'evaluation',
  doc: 'Measures how near each answer is in meaning to its question’s reference: the cosine of their vectors by a sentence embedder. It recognises an answer in other words, but is easily fooled by one that differs only in a number or a name; use it together with Evaluate.',
  inputs: {
    answers: { type: Answers, doc: 'Answers whose questions carry a reference.' },
    questions: {
      type: Questions,
      optional: true,
      doc: 'If connected, references are taken from here, by question id; a question without an answer is named in the log.',
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
        description: 'An embedder from the catalogue, by id.',
        control: 'model',
        modelKind: 'embedder',
      } satisfies ParamMeta),
  }),
  summary: ({ model }) => [['model', model]],
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
    return [{ param: 'model', message: `${model} is of kind ${facts.kind}; choose an embedder.` }];
  },
  engines: ['onnxruntime'],
  device: { needs: 'accelerator', affectsResult: true },
  migrations: [],
});
