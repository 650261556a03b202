import { Answers, defineNode, type ParamMeta, Questions } from '@graft/graph';
import { z } from 'zod';

export const partAnswers = defineNode({
  type: 'part-answers',
  version: 1,
  implementation: 5,
  title: 'Split answers',
  group: 'evaluation',
  doc: 'Separates good answers from questions to ask again: those with a wrong, uncited or unfinished answer. In a loop, the next round asks these questions.',
  inputs: { answers: { type: Answers, doc: 'Answers to check.' } },
  outputs: {
    settled: { type: Answers, doc: 'The good answers.', itemsOf: ['answers'] },
    open: { type: Questions, doc: 'The questions of the other answers.', itemsOf: ['answers'] },
  },
  params: z.strictObject({
    open: z
      .enum(['wrong', 'uncited', 'unfinished'])
      .default('wrong')
      .meta({
        title: 'Ask again',
        description:
          'Which answers to ask again. wrong: the answer lacks a word or number of its reference; without a reference it counts as good. uncited: it cites no passage. unfinished: it is empty or cut off.',
      } satisfies ParamMeta),
  }),
  summary: ({ open }) => [['asks again', open]],
  caching: 'pure',
  device: { needs: 'cpu', affectsResult: false },
  migrations: [],
});
