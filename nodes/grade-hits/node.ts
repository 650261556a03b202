import { defineNode, Hits, Metrics, Model, type ParamMeta, Questions } from '@graft/graph';
import { z } from 'zod';
import {
  contextParam,
  judgingClashes,
  parallelParam,
  promptParam,
} from '../kit/asking/definition.ts';
import { countMeanings } from '../kit/evaluation/definition.ts';

export const metricNames = [
  ...['precision', 'recall', 'rightAbstention', 'falseAbstention', 'keptShare', 'unjudged'],
] as const;

export const gradeHits = defineNode({
  type: 'grade-hits',
  version: 1,
  implementation: 4,
  title: 'Grade hits',
  group: 'retrieval',
  doc: 'Judges whether each hit helps to answer its question, keeps those that do, and says which questions have none left: by the words they share, by the parts of the hit’s score, or by how far a language model leans to yes. Where questions name the documents that hold the answer, it also measures how often the judgement is right.',
  inputs: {
    hits: { type: Hits, doc: 'Questions with their hits.' },
    model: { type: Model, optional: true, doc: 'A local language model, to grade by.' },
  },
  outputs: {
    hits: {
      type: Hits,
      doc: 'Questions with their remaining hits, where there are any.',
      itemsOf: ['hits'],
    },
    dropped: { type: Hits, doc: 'The hits that were taken away.', itemsOf: ['hits'] },
    lacking: {
      type: Questions,
      doc: 'Questions that have no hit left.',
      itemsOf: ['hits'],
    },
    metrics: {
      type: Metrics,
      doc: 'The means, then for each question which of its hits were rightly kept.',
      itemsOf: ['hits'],
    },
  },
  params: z.strictObject({
    by: z
      .enum(['words', 'cosine', 'margin', 'model'])
      .default('words')
      .meta({
        title: 'Grade by',
        description:
          'words: share of the question’s words that occur in the chunk. cosine: similarity of their vectors. margin: score relative to the best hit. model: how far it leans to yes.',
      } satisfies ParamMeta),
    threshold: z
      .number()
      .min(0)
      .max(1)
      .default(0.5)
      .meta({
        title: 'Threshold',
        description:
          'The lowest grade that is kept. Choose it by the metrics, anew for each way of grading: a small model leans to yes or to no whatever it is asked.',
      } satisfies ParamMeta),
    least: z
      .int()
      .min(0)
      .max(1000)
      .default(0)
      .meta({
        title: 'At least',
        unit: 'hits',
        description: 'The best-graded hits that stay in any case.',
      } satisfies ParamMeta),
    prompt: promptParam('Prompt', {
      of: 'What the model is asked of a chunk.',
      holds: ['passage', 'question'],
      text: 'Passage:\n{passage}\n\nQuestion: {question}\n\nDoes the passage say what the question asks for? Answer only Yes or No.',
    }),
    context: contextParam(2048),
    parallel: parallelParam,
  }),
  when: {
    prompt: { by: ['model'] },
    context: { by: ['model'] },
    parallel: { by: ['model'] },
  },
  summary: ({ by, threshold, least }) => [
    ['by', by],
    ['threshold', String(threshold)],
    ...(least === 0 ? [] : [['at least', String(least)] as const]),
  ],
  metrics: () => metricNames,
  meanings: {
    precision: 'The share of the kept hits that are from documents with the answer.',
    recall: 'Of the hits from documents with the answer, the share that is kept.',
    rightAbstention: 'The share of questions without an answer of which no hit is left.',
    falseAbstention:
      'Of questions with hits from documents with the answer, the share of which no hit is left. Less is better.',
    keptShare: 'The share of the hits that is kept.',
    unjudged: 'The share of the hits that the model could not be asked about. Less is better.',
    ...countMeanings,
  },
  caching: 'pure',
  check: (params, inputs, models) =>
    judgingClashes({ params, isAsked: params.by === 'model' }, inputs, models),
  engines: ['llama.cpp'],
  device: { needs: 'accelerator', affectsResult: true },
  migrations: [],
});
