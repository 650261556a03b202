import { defineNode, type ParamMeta, Prompts, Questions } from '@graft/graph';
import { z } from 'zod';

export const prompt = defineNode({
  type: 'prompt',
  version: 1,
  implementation: 1,
  title: 'Prompt',
  group: 'language-model',
  doc: 'Writes a prompt for each question from a template, without retrieval. Use it to see what a model and its adapters know on their own.',
  inputs: { questions: { type: Questions, doc: 'Questions to ask.' } },
  outputs: { prompts: { type: Prompts, doc: 'One prompt for each question, without passages.' } },
  params: z.strictObject({
    template: z
      .string()
      .refine((text) => text.includes('{question}'), 'must contain {question}')
      .default('{question}')
      .meta({
        title: 'Template',
        description: '{question} becomes the question.',
        control: 'multiline',
        places: ['question'],
      } satisfies ParamMeta),
  }),
  summary: ({ template }) => [['template', template]],
  caching: 'pure',
  items: { over: 'questions', key: ['question'], batch: 256 },
  facets: () => ({ prompts: { passages: false } }),
  device: { needs: 'cpu', affectsResult: false },
  migrations: [],
});
