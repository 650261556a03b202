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
  doc: 'Grades whether each hit helps to answer its question, keeps the hits that do, and lists the questions that have none left. It grades by shared words, by the hit’s score, or by a language model’s probability of yes. If questions name the documents that hold the answer, it also measures how often the grade is right.',
  inputs: {
    hits: { type: Hits, doc: 'Questions with their hits.' },
    model: { type: Model, optional: true, doc: 'A local language model, for grading by model.' },
  },
  outputs: {
    hits: {
      type: Hits,
      doc: 'Questions with their remaining hits. Questions without any are left out.',
      itemsOf: ['hits'],
    },
    dropped: { type: Hits, doc: 'The hits that were removed.', itemsOf: ['hits'] },
    lacking: {
      type: Questions,
      doc: 'Questions without remaining hits.',
      itemsOf: ['hits'],
    },
    metrics: {
      type: Metrics,
      doc: 'The means, then for each question how many hits were kept rightly.',
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
          'words: share of the question’s words that occur in the chunk. cosine: similarity of their vectors. margin: score relative to the best hit. model: the model’s probability of yes.',
      } satisfies ParamMeta),
    threshold: z
      .number()
      .min(0)
      .max(1)
      .default(0.5)
      .meta({
        title: 'Threshold',
        description:
          'Hits with a lower grade are removed. Use the metrics to choose the threshold for each method: a small model leans towards yes or towards no, whatever the question.',
      } satisfies ParamMeta),
    least: z
      .int()
      .min(0)
      .max(1000)
      .default(0)
      .meta({
        title: 'At least',
        unit: 'hits',
        description: 'Always keeps this many of the best hits, whatever their grade.',
      } satisfies ParamMeta),
    prompt: promptParam('Prompt', {
      of: 'The prompt for each chunk.',
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
    precision: 'The share of kept hits that come from documents with the answer.',
    recall: 'The share of hits from documents with the answer that are kept.',
    rightAbstention: 'The share of questions without an answer that keep no hit.',
    falseAbstention:
      'The share of questions with hits from the right documents that keep no hit. Less is better.',
    keptShare: 'The share of hits that are kept.',
    unjudged: 'The share of hits that the model could not grade. Less is better.',
    ...countMeanings,
  },
  caching: 'pure',
  check: (params, inputs, models) =>
    judgingClashes({ params, isAsked: params.by === 'model' }, inputs, models),
  engines: ['llama.cpp'],
  device: { needs: 'accelerator', affectsResult: true },
  migrations: [],
});
