import { Dataset, defineNode, type ParamMeta, Prompts, seedParam } from '@graft/graph';
import { z } from 'zod';
import { askedSystem, systemBecomesAuto, systemParam } from '../kit/asking/definition.ts';
import { evalShareParam } from '../kit/training/definition.ts';

export const promptsToDataset = defineNode({
  type: 'prompts-to-dataset',
  version: 2,
  implementation: 2,
  title: 'Prompts to dataset',
  group: 'training',
  doc: 'Makes training examples from prompts with their passages: each shows the prompt as in use, and the reference answer with its citation. The model learns to read retrieved passages, including distracting ones, and to say when they hold no answer.',
  inputs: {
    prompts: {
      type: Prompts,
      many: true,
      doc: 'Prompts whose questions have reference answers. If a question names documents, the example cites their passages. Connect several prompts to use the same questions with more or fewer passages.',
    },
  },
  outputs: {
    dataset: {
      type: Dataset,
      doc: 'Examples in the order of the prompts: one for each, or one for several prompts with the same passages.',
    },
  },
  params: z.strictObject({
    unsupported: z
      .enum(['abstain', 'leave-out', 'answer'])
      .default('abstain')
      .meta({
        title: 'Passages missing',
        description:
          'What to do if the passages lack a document with the answer. abstain: the example says that it does not know. leave-out: make no example. answer: the example answers anyway.',
      } satisfies ParamMeta),
    abstention: z
      .string()
      .min(1)
      .default('The handbook does not say.')
      .meta({
        title: 'Abstention',
        description: 'The answer of examples whose passages do not hold the answer.',
        control: 'text',
      } satisfies ParamMeta),
    citations: z
      .boolean()
      .default(true)
      .meta({
        title: 'Citations',
        description: 'Each answer ends with the numbers of the passages that hold it, like [1].',
      } satisfies ParamMeta),
    system: systemParam(
      'Instructions that the model reads before each prompt. Use the same as in Generate. Empty: none.',
    ),
    together: z
      .int()
      .min(1)
      .max(32)
      .default(1)
      .meta({
        title: 'Questions per row',
        description:
          'The most questions about the same passages that share a row. The model reads the passages once for all of them, so training takes a fraction of the time. 1 gives each question its own row.',
        unit: 'questions per row',
      } satisfies ParamMeta),
    evalShare: evalShareParam('Rows kept out of training. Graft chooses them by their questions.'),
    seed: seedParam('A different seed keeps different rows for evaluation.'),
  }),
  when: { seed: [{ evalShare: { over: 0 } }, { together: { over: 1 } }] },
  summary: ({ unsupported, together, evalShare }) => [
    ['passages missing', unsupported],
    ['questions per row', String(together)],
    ['for evaluation', `${Math.round(evalShare * 1000) / 10} %`],
  ],
  caching: 'seeded',
  facets({ system }, inputs) {
    const asked = askedSystem(system, inputs['prompts']);
    const systems = asked === undefined ? {} : { systems: [asked.trim()] };
    return { dataset: { form: { kind: 'chat', ...systems } } };
  },
  device: { needs: 'cpu', affectsResult: false },
  migrations: [systemBecomesAuto],
});
