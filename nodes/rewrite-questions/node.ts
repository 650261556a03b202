import { defineNode, Model, type ParamMeta, Questions, seedParam } from '@graft/graph';
import { z } from 'zod';
import {
  askingClashes,
  contextParam,
  maxTokensParam,
  parallelParam,
  promptParam,
  temperatureParam,
} from '../kit/asking/definition.ts';

export const rewriteQuestions = defineNode({
  type: 'rewrite-questions',
  version: 1,
  implementation: 2,
  title: 'Rewrite questions',
  group: 'retrieval',
  doc: 'A language model rewords each question (multi-query), or writes passages that might answer it (HyDE). Retrieve searches for these variants as well as the question, and fuses the results. The question itself stays unchanged.',
  synonyms: ['query expansion', 'hyde', 'multi-query'],
  inputs: {
    questions: { type: Questions, doc: 'Questions to search for.' },
    model: { type: Model, remote: true, doc: 'The language model, local or remote.' },
  },
  outputs: {
    questions: { type: Questions, doc: 'The same questions, with variants to search for.' },
  },
  params: z.strictObject({
    method: z
      .enum(['multi-query', 'hyde'])
      .default('multi-query')
      .meta({
        title: 'Method',
        description:
          'multi-query: the question in other words. hyde: passages as a document might word the answer, right or wrong.',
      } satisfies ParamMeta),
    variants: z
      .int()
      .min(1)
      .max(10)
      .default(3)
      .meta({
        title: 'Variants',
        description: 'Most variants for each question.',
      } satisfies ParamMeta),
    multiQueryPrompt: promptParam('Multi-query', {
      of: 'The prompt of this method.',
      holds: ['question', 'variants'],
      text: 'Write {variants} other ways to ask this question, in different words that a document might use. One a line, nothing else.\n\nQuestion: {question}',
    }),
    hydePrompt: promptParam('HyDE', {
      of: 'The prompt of this method.',
      holds: ['question'],
      text: 'Write one short paragraph from a document that answers this question. Invent what you do not know.\n\nQuestion: {question}',
    }),
    maxTokens: maxTokensParam(128, {
      description: 'The longest reply. A longer one is cut off.',
      advanced: true,
    }),
    temperature: temperatureParam(0.7, {
      description: '0 always gives the likeliest reply. Several hyde passages need more.',
    }),
    context: contextParam(1024),
    seed: seedParam(
      'Makes the random sampling repeatable. It matters only if the temperature is above 0.',
    ),
    parallel: parallelParam,
  }),
  when: {
    multiQueryPrompt: { method: ['multi-query'] },
    hydePrompt: { method: ['hyde'] },
    seed: { temperature: { over: 0 } },
  },
  summary: ({ method, variants }) => [
    ['method', method === 'hyde' ? 'HyDE' : method],
    ['variants', String(variants)],
  ],
  caching: 'seeded',
  items: { over: 'questions', key: ['question'] },
  check(params, inputs, models) {
    const { method, variants, temperature } = params;
    const clashes = askingClashes({ params, one: 'A reply' }, inputs, models);
    if (method === 'hyde' && variants > 1 && temperature === 0) {
      clashes.push({
        param: 'variants',
        message:
          'At temperature 0 all passages are the same. Raise the temperature, or set variants to 1.',
      });
    }
    return clashes;
  },
  engines: ['llama.cpp'],
  device: { needs: 'accelerator', affectsResult: true },
  migrations: [],
});
