import { Dataset, defineNode, type ParamMeta, Prompts, seedParam } from '@graft/graph';
import { z } from 'zod';
import { evalShareParam } from '../kit/training/definition.ts';

export const promptsToDataset = defineNode({
  type: 'prompts-to-dataset',
  version: 1,
  implementation: 2,
  title: 'Prompts to dataset',
  group: 'training',
  doc: 'Makes training examples from prompts with their passages: the model is asked as it will be asked in use, and shown the reference answer with its citation. It learns to read what retrieval brings, including distracting passages and questions that cannot be answered.',
  inputs: {
    prompts: {
      type: Prompts,
      many: true,
      doc: 'Prompts whose questions have reference answers; where these name documents, the passages from them are cited. Connect several to ask the same questions with more or fewer passages.',
    },
  },
  outputs: {
    dataset: {
      type: Dataset,
      doc: 'One example for each prompt, or one for several with the same passages, in their order.',
    },
  },
  params: z.strictObject({
    unsupported: z
      .enum(['abstain', 'leave-out', 'answer'])
      .default('abstain')
      .meta({
        title: 'Passages missing',
        description:
          'What to do where some documents that hold the answer are not among the passages. abstain: the example says that it does not know. leave-out: no example is made. answer: it answers all the same.',
      } satisfies ParamMeta),
    abstention: z
      .string()
      .min(1)
      .default('The handbook does not say.')
      .meta({
        title: 'Abstention',
        description: 'What the example says where the passages do not hold the answer.',
        control: 'text',
      } satisfies ParamMeta),
    citations: z
      .boolean()
      .default(true)
      .meta({
        title: 'Citations',
        description: 'Each answer ends with the numbers of the passages that hold it, like [1].',
      } satisfies ParamMeta),
    system: z
      .string()
      .default(
        'Use the passages to answer the question in one short sentence, and cite the passage, like [1].',
      )
      .meta({
        title: 'System prompt',
        description:
          'What the model is told before each prompt. Use the same one as where it will generate; empty for none.',
        control: 'multiline',
        places: [],
      } satisfies ParamMeta),
    together: z
      .int()
      .min(1)
      .max(32)
      .default(1)
      .meta({
        title: 'Questions together',
        description:
          'The most questions about the same passages that are asked in one row: the passages are read once for all of them, so training takes a fraction of the time. 1 gives each question its own row.',
        unit: 'questions a row',
      } satisfies ParamMeta),
    evalShare: evalShareParam('Rows kept out of training, chosen by their questions.'),
    seed: seedParam('Another seed keeps other rows for evaluation.'),
  }),
  when: { seed: [{ evalShare: { over: 0 } }, { together: { over: 1 } }] },
  summary: ({ unsupported, together, evalShare }) => [
    ['passages missing', unsupported],
    ['questions a row', String(together)],
    ['for evaluation', `${Math.round(evalShare * 1000) / 10} %`],
  ],
  caching: 'seeded',
  device: { needs: 'cpu', affectsResult: false },
  migrations: [],
});
