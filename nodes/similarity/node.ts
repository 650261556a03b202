import { Answers, defineNode, Metrics, type ParamMeta, Questions } from '@graft/graph';
import { z } from 'zod';
import { countMeanings } from '../kit/evaluation/definition.ts';

export const similarity = defineNode({
  type: 'similarity',
  version: 1,
  implementation: 1,
  title: 'Similarity',
  group: 'evaluation',
  doc: 'How near each answer is in meaning to the reference that its question carries: the cosine of their vectors by a sentence embedder. It sees that an answer says the same in other words, and is easily taken in by one that differs in a number or a name only; put it beside evaluate.',
  inputs: {
    answers: { type: Answers, doc: 'Answers, whose questions carry a reference.' },
    questions: {
      type: Questions,
      optional: true,
      doc: 'Takes the references from here instead, by the questions’ ids; a question that has no answer is named in the log.',
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
        description: 'An embedder of the catalogue, by id.',
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
