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

/** Ways in which a model is asked. */
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
  doc: 'Sends each question one of three ways: to a model alone, to retrieval, or to a table of exact values. It decides by words in the question, by how near the best hit is, by how sure a model is of its own answer, or by how far the model leans to yes when asked whether it knows.',
  synonyms: ['router', 'switch', 'branch', 'classify'],
  inputs: {
    questions: { type: Questions, doc: 'Questions to send.' },
    hits: { type: Hits, optional: true, doc: 'Hits of the questions, to decide by.' },
    model: { type: Model, optional: true, doc: 'A local language model, to decide by.' },
  },
  outputs: {
    alone: {
      type: Questions,
      doc: 'Questions that a model answers alone.',
      itemsOf: ['questions'],
    },
    retrieve: { type: Questions, doc: 'Questions to find passages for.', itemsOf: ['questions'] },
    lookup: {
      type: Questions,
      doc: 'Questions that ask for an exact value.',
      itemsOf: ['questions'],
    },
    metrics: {
      type: Metrics,
      doc: 'The share of each way, then where each question goes and how sure that is.',
      itemsOf: ['questions'],
    },
  },
  params: z.strictObject({
    by: z
      .enum(['rule', 'cosine', 'draft', 'asked'])
      .default('rule')
      .meta({
        title: 'Alone by',
        description:
          'What sends a question to the model alone. rule: its words. cosine: no hit is near. draft: how sure the model is of its own answer. asked: whether it says that it knows.',
      } satisfies ParamMeta),
    threshold: z
      .number()
      .min(0)
      .max(1)
      .default(0.5)
      .meta({
        title: 'Threshold',
        description:
          'How sure it must be, from 0 to 1, for the model to answer alone. Choose it by the metrics.',
      } satisfies ParamMeta),
    lookup: phrases(
      'Look up',
      'Words that ask for an exact value, such as "how much". Such questions go to the table, whatever else applies.',
    ),
    alone: phrases('Alone', 'Words of questions that the model answers alone, for rule.'),
    prompt: promptParam('Prompt', {
      of: 'What the model is asked about a question, for asked.',
      holds: ['question'],
      text: 'Question: {question}\n\nDo you know the answer to this question, without looking it up? Answer only Yes or No.',
    }),
    system: z
      .string()
      .default('Answer in one short sentence.')
      .meta({
        title: 'System prompt',
        description: 'What the model is told before it drafts an answer, for draft.',
        control: 'multiline',
        places: [],
        advanced: true,
      } satisfies ParamMeta),
    maxTokens: maxTokensParam(24, { description: 'Where a draft is cut.', advanced: true }),
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
    ['alone by', by === 'rule' ? by : `${by}, from ${threshold}`],
    ...(lookup.length === 0 ? [] : [['looks up', lookup.join(', ')] as const]),
  ],
  metrics: () => metricNames,
  meanings: {
    alone: 'The share of the questions that a model answers alone.',
    lookup: 'The share of the questions that are looked up.',
    confidence: 'How sure it is that a question needs no passages, from 0 to 1.',
    unjudged: 'The share of the questions that the model could not be asked. Less is better.',
    ...tokenMeanings,
    ...countMeanings,
  },
  caching: 'pure',
  check(params, inputs, models) {
    if (params.by === 'cosine' && inputs['hits'] === undefined) {
      return [
        {
          port: 'hits',
          message: 'There are no hits to decide by. Connect the hits of these questions.',
        },
      ];
    }
    return judgingClashes({ params, isAsked: askingWays.includes(params.by) }, inputs, models);
  },
  engines: ['llama.cpp'],
  device: { needs: 'accelerator', affectsResult: true },
  migrations: [],
});
