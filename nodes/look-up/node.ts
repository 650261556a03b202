import { Answers, defineNode, Documents, type ParamMeta, Questions } from '@graft/graph';
import { z } from 'zod';

export const lookUp = defineNode({
  type: 'look-up',
  version: 1,
  implementation: 2,
  title: 'Look up',
  group: 'retrieval',
  doc: 'Answers questions with exact values from a table, without a model. It finds the row whose key words all occur in the question. It passes on questions that no row answers, or that several rows answer differently.',
  inputs: {
    questions: { type: Questions, doc: 'Questions to answer.' },
    table: { type: Documents, doc: 'Rows of a table, with their columns as metadata.' },
  },
  outputs: {
    answers: { type: Answers, doc: 'Answers, each citing its row.', itemsOf: ['questions'] },
    open: { type: Questions, doc: 'Questions that no row answers.', itemsOf: ['questions'] },
  },
  params: z.strictObject({
    keys: z
      .array(z.string().min(1))
      .default([])
      .meta({
        title: 'Keys',
        description:
          'Columns whose words must all occur in the question. Separate alternatives by bars: "length|how long".',
      } satisfies ParamMeta),
    answer: z
      .string()
      .trim()
      .min(1)
      .default('{text}')
      .meta({
        title: 'Answer',
        description: 'The text of the answer, with {text}, {title} or a column such as {value}.',
      } satisfies ParamMeta),
  }),
  summary: ({ keys, answer }) => [
    ['by', keys.length === 0 ? 'no key' : keys.join(', ')],
    ['answers', answer],
  ],
  caching: 'pure',
  check: ({ keys }) =>
    keys.length === 0
      ? [
          {
            param: 'keys',
            message:
              'No key column is set. Name the columns whose words must all occur in a question for a row to answer it.',
          },
        ]
      : [],
  device: { needs: 'cpu', affectsResult: false },
  migrations: [],
});
