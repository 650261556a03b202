import { Answers, defineNode, Metrics, metricWords, type ParamMeta, Questions } from '@graft/graph';
import { z } from 'zod';
import { askedMetrics, countMeanings, tokenMeanings } from '../kit/evaluation/definition.ts';

/** In the order in which they are shown; the first is the one to decide by. */
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
  implementation: 2,
  title: 'Evaluate',
  group: 'evaluation',
  doc: 'Scores each answer by what its question carries: by the words of the reference (right, exact match, containment, F1, ROUGE-L), by the documents that should be cited, and by whether it abstains where there is no answer, and only there. It compares words and understands nothing: an answer in other words counts as wrong.',
  synonyms: ['score', 'metrics', 'accuracy', 'rouge', 'test'],
  inputs: {
    answers: {
      type: Answers,
      doc: 'Answers whose questions carry a reference, the documents that hold it, or a note that there is no answer.',
    },
    questions: {
      type: Questions,
      optional: true,
      doc: 'If connected, references and documents are taken from here, by question id; a question without an answer is named in the log.',
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
          'Empty gives every metric that the questions carry enough for. A metric named here must apply to at least one answer.',
      } satisfies ParamMeta),
    citations: z
      .enum(['all', 'written'])
      .default('all')
      .meta({
        title: 'Citations',
        description:
          'Which citations are scored. written: only those the model wrote itself, not those that Graft found where it cited nothing.',
      } satisfies ParamMeta),
    abstentions: z
      .array(z.string().trim().min(1))
      .default([])
      .meta({
        title: 'Abstentions',
        description:
          'Phrases that mean “I do not know”, such as “weiß ich nicht”, besides the common ones in English.',
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
      'The share of right answers: those with every word and number of the reference, or that abstain where there is no answer.',
    exactMatch:
      'The share of answers that are the reference and nothing else, but for capitals, punctuation and articles.',
    containment: 'The share of answers in which the reference stands word for word.',
    f1: 'Words that the answer and the reference share: the harmonic mean of precision and recall, as in SQuAD.',
    rougeL: 'F1 of the longest sequence of words that the answer and the reference share.',
    citationPrecision: 'The share of the cited passages that are from a document with the answer.',
    citationRecall: 'The share of the documents with the answer from which a passage is cited.',
    rightAbstention: 'The share of questions without an answer at which the model abstains.',
    falseAbstention:
      'The share of questions with an answer at which the model abstains. Less is better.',
    ...tokenMeanings,
    ...countMeanings,
  },
  caching: 'pure',
  device: { needs: 'cpu', affectsResult: false },
  migrations: [],
});
