import { defineNode, Hits, type ParamMeta, Prompts } from '@graft/graph';
import { z } from 'zod';

const orders = ['best-first', 'best-last', 'shuffled'] as const;
export type Order = (typeof orders)[number];

/** Fields of a passage's template. */
export const passagePlaces = ['number', 'title', 'path', 'headings', 'lines', 'text'] as const;

export const injectContext = defineNode({
  type: 'inject-context',
  version: 1,
  implementation: 1,
  title: 'Inject context',
  group: 'retrieval',
  doc: 'Puts the best passages into each prompt, numbered for citation, within a token budget. It drops and counts hits that do not fit.',
  synonyms: ['rag', 'prompt context', 'augment'],
  inputs: { hits: { type: Hits, doc: 'Questions with their ranked chunks.' } },
  outputs: {
    prompts: { type: Prompts, doc: 'One prompt for each question, with its passages marked.' },
  },
  params: z.strictObject({
    top: z
      .int()
      .min(0)
      .max(100)
      .default(3)
      .meta({
        title: 'Top',
        unit: 'passages',
        description: 'Most passages in a prompt. 0: the question without context.',
      } satisfies ParamMeta),
    budget: z
      .int()
      .min(16)
      .max(1_000_000)
      .default(1024)
      .meta({
        title: 'Budget',
        unit: 'tokens',
        description: 'Limit for the whole prompt, estimated from its text.',
      } satisfies ParamMeta),
    template: z
      .string()
      .refine((text) => text.includes('{question}'), 'must contain {question}')
      .refine((text) => text.split('{context}').length === 2, 'must contain {context} once')
      .default(
        '{context}\n\nUsing only the passages above, answer in one short sentence. {question}',
      )
      .meta({
        title: 'Template',
        description:
          '{context} becomes the passages, {question} the question. Without passages, the prompt is the question alone.',
        control: 'multiline',
        places: ['context', 'question'],
      } satisfies ParamMeta),
    passage: z
      .string()
      .refine((text) => text.split('{text}').length === 2, 'must contain {text} once')
      .default('[{number}] {title}\n{text}')
      .meta({
        title: 'Passage',
        description:
          'The text of one passage, from {number}, {title}, {path}, {headings}, {lines} and {text}. A blank line separates passages.',
        control: 'multiline',
        places: passagePlaces,
        advanced: true,
      } satisfies ParamMeta),
    order: z
      .enum(orders)
      .default('best-first')
      .meta({
        title: 'Order',
        description:
          'The order of the passages. shuffled: random, but always the same for the same prompt; in training it teaches a model to read all of them.',
        advanced: true,
      } satisfies ParamMeta),
  }),
  when: {
    budget: { top: { over: 0 } },
    template: { top: { over: 0 } },
    passage: { top: { over: 0 } },
    order: { top: { over: 0 } },
  },
  summary: ({ top, budget }) => [
    ['top', String(top)],
    ['budget', `${budget.toLocaleString('en')} tokens`],
  ],
  caching: 'pure',
  items: { over: 'hits', key: ['question.question', 'hits'], batch: 256 },
  facets: ({ top }) => ({ prompts: { passages: top > 0 } }),
  device: { needs: 'cpu', affectsResult: false },
  migrations: [],
});
