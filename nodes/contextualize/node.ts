import { Chunks, defineNode, Documents, Model, type ParamMeta } from '@graft/graph';
import { z } from 'zod';
import {
  askingClashes,
  contextParam,
  maxTokensParam,
  parallelParam,
} from '../kit/asking/definition.ts';

const places = ['document', 'chunk'];

export const contextualize = defineNode({
  type: 'contextualize',
  version: 1,
  implementation: 1,
  title: 'Contextualize',
  group: 'retrieval',
  doc: 'Adds context to each chunk: its title and headings, or a sentence written by a language model (contextual retrieval). The context is embedded and searched with the text, and never put into a prompt.',
  inputs: {
    chunks: { type: Chunks, doc: 'Chunks, before they are embedded.' },
    documents: {
      type: Documents,
      optional: true,
      doc: 'The documents that the chunks were cut from, for the model to read.',
    },
    model: {
      type: Model,
      optional: true,
      remote: true,
      doc: 'The language model that writes, local or remote.',
    },
  },
  outputs: {
    chunks: { type: Chunks, doc: 'The same chunks, each with its context.', itemsOf: ['chunks'] },
  },
  params: z.strictObject({
    method: z
      .enum(['headings', 'language-model'])
      .default('headings')
      .meta({
        title: 'Method',
        description:
          'headings: adds the title and headings, at no cost. language-model: also adds a sentence by the model, which reads the document again for each chunk.',
      } satisfies ParamMeta),
    prompt: z
      .string()
      .refine((text) => places.every((name) => text.includes(`{${name}}`)), {
        message: 'must contain {document} and {chunk}',
      })
      .default(
        'Document:\n{document}\n\nA part of it:\n{chunk}\n\nSay in one short sentence what this part is about and where in the document it belongs, so that a search finds it. Write only that sentence.',
      )
      .meta({
        title: 'Prompt',
        description:
          'The prompt for the model. It must contain {document} and {chunk}. Put the document first: the model then reads it once for all of its chunks.',
        control: 'multiline',
        places,
        advanced: true,
      } satisfies ParamMeta),
    characters: z
      .int()
      .min(100)
      .max(1_000_000)
      .default(4000)
      .meta({
        title: 'Document',
        unit: 'characters',
        description: 'How many characters of a document the model reads, from its beginning.',
        advanced: true,
      } satisfies ParamMeta),
    maxTokens: maxTokensParam(64, {
      description: 'The longest sentence, in tokens. A longer one is cut off.',
      advanced: true,
    }),
    context: contextParam(2048),
    parallel: parallelParam,
  }),
  when: {
    prompt: { method: ['language-model'] },
    characters: { method: ['language-model'] },
    maxTokens: { method: ['language-model'] },
    context: { method: ['language-model'] },
    parallel: { method: ['language-model'] },
  },
  summary: ({ method }) => [
    ['context', method === 'headings' ? 'title and headings' : 'headings, and a sentence'],
  ],
  caching: 'pure',
  check(params, inputs, models) {
    if (params.method === 'headings') return [];
    return askingClashes({ params, one: 'A sentence' }, inputs, models);
  },
  engines: ['llama.cpp'],
  device: { needs: 'accelerator', affectsResult: true },
  migrations: [],
});
