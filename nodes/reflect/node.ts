import {
  Answers,
  defineNode,
  Judgements,
  Metrics,
  Model,
  type ParamMeta,
  Prompts,
  Questions,
} from '@graft/graph';
import { z } from 'zod';
import {
  contextParam,
  judgingClashes,
  parallelParam,
  promptParam,
} from '../kit/asking/definition.ts';
import { countMeanings } from '../kit/evaluation/definition.ts';

export const metricNames = ['answered', 'supported', 'useful', 'unjudged'] as const;

const least = (title: string, least: number, description: string) =>
  z
    .number()
    .min(0)
    .max(1)
    .default(least)
    .meta({ title, description } satisfies ParamMeta);

export const reflect = defineNode({
  type: 'reflect',
  version: 1,
  implementation: 4,
  title: 'Reflect',
  group: 'evaluation',
  doc: 'Checks answers: do the passages support them, and do they answer the question? Answers that pass both checks are kept. The others become “I do not know.”, and their questions are passed on. In a loop, the next round asks them again.',
  synonyms: ['self-rag', 'corrective rag', 'agent'],
  inputs: {
    answers: { type: Answers, doc: 'Answers to check.' },
    prompts: { type: Prompts, doc: 'The prompts of the answers, with their passages.' },
    before: {
      type: Answers,
      optional: true,
      doc: 'Answers of earlier rounds. A new answer to the same question replaces the old one, and the token counts of both are added up.',
    },
    model: { type: Model, optional: true, doc: 'A local language model, for judging by model.' },
  },
  outputs: {
    answers: {
      type: Answers,
      doc: 'One answer to each question: “I do not know.” if none passed the checks.',
      itemsOf: ['before', 'answers'],
    },
    open: {
      type: Questions,
      doc: 'Questions whose answers failed a check.',
      itemsOf: ['answers'],
    },
    verdicts: {
      type: Judgements,
      doc: 'Each original answer, whether it passed the checks, and if not, why.',
      itemsOf: ['answers'],
    },
    metrics: {
      type: Metrics,
      doc: 'The means, then for each answer its support, its usefulness, and whether it passed the checks.',
      itemsOf: ['answers'],
    },
  },
  params: z.strictObject({
    by: z
      .enum(['words', 'model'])
      .default('words')
      .meta({
        title: 'Judge by',
        description: 'words: the words they share. model: a language model’s probability of yes.',
      } satisfies ParamMeta),
    supported: least(
      'Supported',
      0.6,
      'An answer passes if the passages support it at least this much, from 0 to 1. 0: no check.',
    ),
    useful: least(
      'Useful',
      0.3,
      'An answer passes if it fits its question at least this well, from 0 to 1. 0: no check.',
    ),
    unknown: z
      .string()
      .trim()
      .min(1)
      .default('I do not know.')
      .meta({
        title: 'Unknown answer',
        description:
          'The text that replaces an answer that fails a check. If you choose an unusual text, add it to the abstentions of Evaluate.',
      } satisfies ParamMeta),
    supportedPrompt: promptParam('Support prompt', {
      of: 'Asks the model whether the passages support the answer.',
      holds: ['passages', 'answer'],
      takes: ['question'],
      text: '{passages}\n\nQuestion: {question}\nAnswer: {answer}\n\nIs the answer what the passages above say? Answer only Yes or No.',
    }),
    usefulPrompt: promptParam('Usefulness prompt', {
      of: 'Asks the model whether the answer answers the question.',
      holds: ['question', 'answer'],
      takes: ['passages'],
      text: 'Question: {question}\nAnswer: {answer}\n\nDoes the answer give what the question asks for? Answer only Yes or No.',
    }),
    context: contextParam(2048),
    parallel: parallelParam,
  }),
  when: {
    supportedPrompt: { by: ['model'], supported: { over: 0 } },
    usefulPrompt: { by: ['model'], useful: { over: 0 } },
    context: { by: ['model'] },
    parallel: { by: ['model'] },
  },
  summary: ({ by, supported, useful }) => [
    ['by', by],
    ['supported', supported === 0 ? 'not asked' : `from ${supported}`],
    ['useful', useful === 0 ? 'not asked' : `from ${useful}`],
  ],
  metrics: () => metricNames,
  meanings: {
    answered: 'The share of answers that passed both checks.',
    supported: 'How well the passages support the answer, from 0 to 1.',
    useful: 'How well the answer answers the question, from 0 to 1.',
    unjudged: 'The share of answers that the model could not judge. Less is better.',
    ...countMeanings,
  },
  caching: 'pure',
  check: (params, inputs, models) =>
    judgingClashes({ params, isAsked: params.by === 'model' }, inputs, models),
  engines: ['llama.cpp'],
  device: { needs: 'accelerator', affectsResult: true },
  migrations: [],
});
