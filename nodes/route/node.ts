import { defineNode, Hits, Metrics, Model, type ParamMeta, Questions } from '@graft/graph';
import { z } from 'zod';
import {
  contextParam,
  judgingClashes,
  maxTokensParam,
  parallelParam,
  promptParam,
} from '../kit/asking/definition.ts';
import { countMeanings, tokenMeanings } from '../kit/evaluation/definition.ts';

/** Evidence that comes from a model. */
export const askingWays: readonly string[] = ['asked', 'draft'];
export const metricNames = [
  ...['alone', 'lookup', 'confidence', 'unjudged', 'promptTokens', 'completionTokens'],
];

const phrases = (title: string, description: string) =>
  z
    .array(z.string().trim().min(1))
    .default([])
    .meta({ title, description } satisfies ParamMeta);

export const route = defineNode({
  type: 'route',
  version: 1,
  implementation: 2,
  title: 'Route',
  group: 'retrieval',
  doc: 'Sends each question one of three ways: to a model alone, to retrieval, or to a table of exact values. It decides by words in the question, by the similarity of the best hit, by a model’s confidence in its own answer, or by the model’s word that it knows.',
  synonyms: ['router', 'switch', 'branch', 'classify'],
  inputs: {
    questions: { type: Questions, doc: 'Questions to route.' },
    hits: { type: Hits, optional: true, doc: 'Hits of the questions, for deciding by cosine.' },
    model: {
      type: Model,
      optional: true,
      doc: 'A local language model, for deciding by draft or asked.',
    },
  },
  outputs: {
    alone: {
      type: Questions,
      doc: 'Questions for a model alone.',
      itemsOf: ['questions'],
    },
    retrieve: { type: Questions, doc: 'Questions that need passages.', itemsOf: ['questions'] },
    lookup: {
      type: Questions,
      doc: 'Questions that ask for an exact value.',
      itemsOf: ['questions'],
    },
    metrics: {
      type: Metrics,
      doc: 'The share of each way, then the way and confidence of each question.',
      itemsOf: ['questions'],
    },
  },
  params: z.strictObject({
    by: z
      .enum(['rule', 'cosine', 'draft', 'asked'])
      .default('rule')
      .meta({
        title: 'Route by',
        description:
          'What sends a question to the model alone. rule: its words. cosine: no hit is similar. draft: the model is confident in its own answer. asked: the model says that it knows.',
      } satisfies ParamMeta),
    threshold: z
      .number()
      .min(0)
      .max(1)
      .default(0.5)
      .meta({
        title: 'Threshold',
        description:
          'The lowest confidence, from 0 to 1, at which the model answers alone. Compare the metrics of several values to choose one.',
      } satisfies ParamMeta),
    lookup: phrases(
      'Look up',
      'Words that ask for an exact value, such as "how much". Questions with these words always go to the table.',
    ),
    alone: phrases('Alone', 'For rule: questions with these words go to the model alone.'),
    prompt: promptParam('Prompt', {
      of: 'For asked: the prompt for each question.',
      holds: ['question'],
      text: 'Question: {question}\n\nDo you know the answer to this question, without looking it up? Answer only Yes or No.',
    }),
    system: z
      .string()
      .default('Answer in one short sentence.')
      .meta({
        title: 'System prompt',
        description: 'For draft: instructions that the model reads before it drafts an answer.',
        control: 'multiline',
        places: [],
        advanced: true,
      } satisfies ParamMeta),
    maxTokens: maxTokensParam(24, {
      description: 'The longest draft. A longer one is cut off.',
      advanced: true,
    }),
    context: contextParam(2048),
    parallel: parallelParam,
  }),
  when: {
    alone: { by: ['rule'] },
    prompt: { by: ['asked'] },
    system: { by: ['draft'] },
    maxTokens: { by: ['draft'] },
    context: { by: ['draft', 'asked'] },
    parallel: { by: ['draft', 'asked'] },
  },
  summary: ({ by, threshold, lookup }) => [
    ['route by', by === 'rule' ? by : `${by}, from ${threshold}`],
    ...(lookup.length === 0 ? [] : [['looks up', lookup.join(', ')] as const]),
  ],
  metrics: () => metricNames,
  meanings: {
    alone: 'The share of questions that a model answers alone.',
    lookup: 'The share of questions that go to the table.',
    confidence: 'Confidence that the question needs no passages, from 0 to 1.',
    unjudged: 'The share of questions that the model could not judge. Less is better.',
    ...tokenMeanings,
    ...countMeanings,
  },
  caching: 'pure',
  check(params, inputs, models) {
    if (params.by === 'cosine' && inputs['hits'] === undefined) {
      return [
        {
          port: 'hits',
          message: 'No hits are connected to decide by. Connect the hits of these questions.',
        },
      ];
    }
    return judgingClashes({ params, isAsked: askingWays.includes(params.by) }, inputs, models);
  },
  engines: ['llama.cpp'],
  device: { needs: 'accelerator', affectsResult: true },
  migrations: [],
});
