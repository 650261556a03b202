import { Answers, defineNode, Metrics, metricWords, type ParamMeta, Questions } from '@graft/graph';
import { z } from 'zod';
import { askedMetrics, countMeanings, tokenMeanings } from '../kit/evaluation/definition.ts';

/** In display order; the first one decides. */
export const metricNames = [
  ...['accuracy', 'exactMatch', 'containment', 'f1', 'rougeL'],
  ...['citationPrecision', 'citationRecall', 'rightAbstention', 'falseAbstention'],
  ...['promptTokens', 'completionTokens'],
] as const;
export type MetricName = (typeof metricNames)[number];

export const evaluate = defineNode({
  type: 'evaluate',
  formerly: ['score-answers'],
  version: 1,
  implementation: 4,
  title: 'Evaluate',
  group: 'evaluation',
  doc: 'Scores each answer against its question: by the words of the reference (right, exact match, containment, F1, ROUGE-L), by the documents that it should cite, and by whether it abstains exactly where there is no answer. It compares words, not meaning: an answer in other words counts as wrong.',
  synonyms: ['score', 'metrics', 'accuracy', 'rouge', 'test'],
  inputs: {
    answers: {
      type: Answers,
      doc: 'Answers whose questions have a reference, documents that hold the answer, or a note that there is none.',
    },
    questions: {
      type: Questions,
      optional: true,
      doc: 'Optional. References and documents then come from here, matched by question id. The log names questions without an answer.',
    },
  },
  outputs: {
    metrics: {
      type: Metrics,
      doc: 'The means, then the metrics of each answer.',
      itemsOf: ['answers', 'questions'],
    },
  },
  params: z.strictObject({
    metrics: z
      .array(z.enum(metricNames))
      .default([])
      .meta({
        title: 'Metrics',
        description:
          'Empty: every metric that the questions have data for. A metric listed here must apply to at least one answer.',
      } satisfies ParamMeta),
    citations: z
      .enum(['all', 'written'])
      .default('all')
      .meta({
        title: 'Citations',
        description:
          'Which citations to score. written: only those that the model wrote, not those that Graft found for answers without one.',
      } satisfies ParamMeta),
    abstentions: z
      .array(z.string().trim().min(1))
      .default([])
      .meta({
        title: 'Abstentions',
        description:
          'More phrases that mean “I do not know”, such as “weiß ich nicht”. Common English ones are built in.',
        advanced: true,
      } satisfies ParamMeta),
  }),
  when: {
    citations: { metrics: ['citationPrecision', 'citationRecall'] },
  },
  summary: ({ metrics, citations }) => [
    ['scores', metrics.length === 0 ? 'all available' : metrics.map(metricWords).join(', ')],
    ['citations', citations],
  ],
  metrics: (params) => askedMetrics(params.metrics, metricNames),
  meanings: {
    accuracy:
      'The share of right answers: those that have every word and number of a reference and name no wrong choice, or abstain where there is no answer.',
    exactMatch:
      'The share of answers that equal the reference, apart from capitals, punctuation and articles.',
    containment: 'The share of answers that contain the reference word for word.',
    f1: 'Word overlap of answer and reference: the harmonic mean of precision and recall, as in SQuAD.',
    rougeL: 'F1 of the longest word sequence that answer and reference share.',
    citationPrecision: 'The share of cited passages that come from a document with the answer.',
    citationRecall: 'Of the documents that hold the reference answer, the share that is cited.',
    rightAbstention: 'The share of questions without an answer on which the model abstains.',
    falseAbstention:
      'The share of questions with an answer on which the model abstains. Less is better.',
    ...tokenMeanings,
    ...countMeanings,
  },
  caching: 'pure',
  device: { needs: 'cpu', affectsResult: false },
  migrations: [],
});
