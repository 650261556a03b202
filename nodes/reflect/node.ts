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
  doc: 'Checks answers: do the passages bear them out, and do they answer what was asked? Those that do both stand. The others give way to “I do not know.”, and their questions are to be asked again; in a loop the next round asks them, and what no round answers stays unknown.',
  synonyms: ['self-rag', 'corrective rag', 'agent'],
  inputs: {
    answers: { type: Answers, doc: 'Answers to check.' },
    prompts: { type: Prompts, doc: 'The prompts that were answered, with their passages.' },
    before: {
      type: Answers,
      optional: true,
      doc: 'Answers of earlier rounds. A new answer to the same question replaces the old one; its tokens count both.',
    },
    model: { type: Model, optional: true, doc: 'A local language model, to judge by.' },
  },
  outputs: {
    answers: {
      type: Answers,
      doc: 'An answer to each question: the one that stands, or that it is not known.',
      itemsOf: ['before', 'answers'],
    },
    open: {
      type: Questions,
      doc: 'Questions whose answers do not stand.',
      itemsOf: ['answers'],
    },
    verdicts: {
      type: Judgements,
      doc: 'Each answer as it was given, whether it stands, and if not, why.',
      itemsOf: ['answers'],
    },
    metrics: {
      type: Metrics,
      doc: 'The means, then for each answer how far it is supported and useful, and whether it stands.',
      itemsOf: ['answers'],
    },
  },
  params: z.strictObject({
    by: z
      .enum(['words', 'model'])
      .default('words')
      .meta({
        title: 'Judge by',
        description:
          'words: what the two have in common. model: how far a language model leans to yes.',
      } satisfies ParamMeta),
    supported: least(
      'Supported',
      0.6,
      'How far the passages must bear out an answer for it to stand; 0 turns this off.',
    ),
    useful: least(
      'Useful',
      0.3,
      'How far an answer must answer its question to stand; 0 turns this off.',
    ),
    unknown: z
      .string()
      .trim()
      .min(1)
      .default('I do not know.')
      .meta({
        title: 'Not known',
        description:
          'What replaces an answer that does not stand. If you word it unusually, add the phrase to the abstentions of Evaluate.',
      } satisfies ParamMeta),
    supportedPrompt: promptParam('Asks for support', {
      of: 'What the model is asked of an answer and its passages.',
      holds: ['passages', 'answer'],
      takes: ['question'],
      text: '{passages}\n\nQuestion: {question}\nAnswer: {answer}\n\nIs the answer what the passages above say? Answer only Yes or No.',
    }),
    usefulPrompt: promptParam('Asks for use', {
      of: 'What the model is asked of an answer and its question.',
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
    answered: 'The share of the answers that stand.',
    supported: 'How far the passages bear out the answer, from 0 to 1.',
    useful: 'How far the answer gives what the question asks for, from 0 to 1.',
    unjudged: 'The share of the answers that the model could not be asked about. Less is better.',
    ...countMeanings,
  },
  caching: 'pure',
  check: (params, inputs, models) =>
    judgingClashes({ params, isAsked: params.by === 'model' }, inputs, models),
  engines: ['llama.cpp'],
  device: { needs: 'accelerator', affectsResult: true },
  migrations: [],
});
