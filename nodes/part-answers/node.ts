import { Answers, defineNode, type ParamMeta, Questions } from '@graft/graph';
import { z } from 'zod';

export const partAnswers = defineNode({
  type: 'part-answers',
  version: 1,
  implementation: 3,
  title: 'Part answers',
  group: 'evaluation',
  doc: 'Parts answers that stand from questions that are to be asked again: those answered otherwise than their reference, without a citation, or not to the end. In a loop, the open questions are what the next round asks.',
  inputs: { answers: { type: Answers, doc: 'Answers to look at.' } },
  outputs: {
    settled: { type: Answers, doc: 'The answers that stand.', itemsOf: ['answers'] },
    open: { type: Questions, doc: 'The questions of the others.', itemsOf: ['answers'] },
  },
  params: z.strictObject({
    open: z
      .enum(['wrong', 'uncited', 'unfinished'])
      .default('wrong')
      .meta({
        title: 'Ask again',
        description:
          'wrong: what lacks a word or number of its reference; an answer without a reference stands. uncited: what cites no passage. unfinished: what is empty or was cut off.',
      } satisfies ParamMeta),
  }),
  summary: ({ open }) => [['asks again', open]],
  caching: 'pure',
  device: { needs: 'cpu', affectsResult: false },
  migrations: [],
});
