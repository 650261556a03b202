import { Answers, defineNode, type ParamMeta, Questions } from '@graft/graph';
import { z } from 'zod';

export const partAnswers = defineNode({
  type: 'part-answers',
  version: 1,
  implementation: 3,
  title: 'Part answers',
  group: 'evaluation',
  doc: 'Separates answers that stand from questions to ask again: those answered differently from their reference, without a citation, or not to the end. In a loop, the next round asks the open questions.',
  inputs: { answers: { type: Answers, doc: 'Answers to check.' } },
  outputs: {
    settled: { type: Answers, doc: 'The answers that stand.', itemsOf: ['answers'] },
    open: { type: Questions, doc: 'The questions of the other answers.', itemsOf: ['answers'] },
  },
  params: z.strictObject({
    open: z
      .enum(['wrong', 'uncited', 'unfinished'])
      .default('wrong')
      .meta({
        title: 'Ask again',
        description:
          'What does not stand. wrong: an answer that lacks a word or number of its reference; one without a reference stands. uncited: one that cites no passage. unfinished: one that is empty or was cut off.',
      } satisfies ParamMeta),
  }),
  summary: ({ open }) => [['asks again', open]],
  caching: 'pure',
  device: { needs: 'cpu', affectsResult: false },
  migrations: [],
});
