import { Answers, defineNode, Metrics } from '@graft/graph';
import { z } from 'zod';

export const scoreAnswers = defineNode({
  type: 'score-answers',
  version: 1,
  implementation: 1,
  title: 'Score answers',
  group: 'evaluation',
  doc: 'Scores answers by the references that their questions carry: whether an answer has every word and number of its reference (accuracy), and how many words the two share (F1). It compares words and understands nothing: an answer in other words is taken for wrong. Questions without a reference are kept apart.',
  inputs: {
    answers: { type: Answers, doc: 'Answers, whose questions carry a reference.' },
  },
  outputs: {
    metrics: {
      type: Metrics,
      doc: 'The means, then accuracy and F1 of each question.',
      itemsOf: ['answers'],
    },
  },
  params: z.strictObject({}),
  summary: () => [['scores', 'accuracy, F1']],
  metrics: () => ['accuracy', 'f1'],
  caching: 'pure',
  device: { needs: 'cpu', affectsResult: false },
  migrations: [],
});
