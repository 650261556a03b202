import {
  adapterWeightsParam,
  Adapter,
  Answers,
  defineNode,
  Model,
  type ParamMeta,
  Prompts,
  seedParam,
} from '@graft/graph';
import { z } from 'zod';
import {
  askedSystem,
  askingClashes,
  contextParam,
  encodingParam,
  maxTokensParam,
  parallelParam,
  systemBecomesAuto,
  systemParam,
  temperatureParam,
} from '../kit/asking/definition.ts';
import { formWarnings } from '../kit/forms/definition.ts';

export const generate = defineNode({
  type: 'generate',
  version: 2,
  implementation: 3,
  title: 'Generate',
  group: 'language-model',
  doc: 'A language model answers each prompt in its own chat format. Adapters are applied while it runs, each times its weight. Graft links citations to the passages of the prompt; where the model cites none, it finds the passages that the words come from.',
  synonyms: ['llm', 'answer', 'complete', 'chat', 'inference'],
  inputs: {
    prompts: { type: Prompts, doc: 'Prompts to answer.' },
    model: { type: Model, remote: true, doc: 'The language model, local or remote.' },
    adapters: {
      type: Adapter,
      many: true,
      optional: true,
      doc: 'Adapters of this model, all applied together.',
    },
  },
  outputs: { answers: { type: Answers, doc: 'One answer for each prompt, with its citations.' } },
  params: z.strictObject({
    system: systemParam(
      'Instructions that the model reads before each prompt. Empty: none, except for a default that the model’s template may have.',
    ),
    maxTokens: maxTokensParam(128, { description: 'The longest answer. A longer one is cut off.' }),
    temperature: temperatureParam(0, {
      description: '0 always takes the likeliest token; higher is more varied.',
    }),
    adapterWeights: adapterWeightsParam,
    topK: z
      .int()
      .min(0)
      .max(1000)
      .default(40)
      .meta({
        title: 'Top k',
        description: 'Choose among this many of the likeliest tokens. 0: all.',
        advanced: true,
      } satisfies ParamMeta),
    topP: z
      .number()
      .min(0)
      .max(1)
      .default(0.95)
      .meta({
        title: 'Top p',
        description: 'Choose among the likeliest tokens that together have this probability.',
        advanced: true,
      } satisfies ParamMeta),
    minP: z
      .number()
      .min(0)
      .max(1)
      .default(0.05)
      .meta({
        title: 'Min p',
        description: 'Leave out tokens less likely than this share of the likeliest.',
        advanced: true,
      } satisfies ParamMeta),
    repeatPenalty: z
      .number()
      .min(0.5)
      .max(2)
      .default(1.1)
      .meta({
        title: 'Repeat penalty',
        description: 'Above 1, recently used tokens become less likely. 1: off.',
        advanced: true,
      } satisfies ParamMeta),
    seed: seedParam(
      'Fixes the random choice of tokens. It matters only if the temperature is above 0.',
    ),
    stop: z
      .array(z.string().min(1))
      .default([])
      .meta({
        title: 'Stop at',
        description: 'The answer ends where the model would write one of these texts.',
        advanced: true,
      } satisfies ParamMeta),
    context: contextParam(2048),
    encoding: encodingParam,
    parallel: parallelParam,
  }),
  when: {
    topK: { temperature: { over: 0 } },
    topP: { temperature: { over: 0 } },
    minP: { temperature: { over: 0 } },
    seed: { temperature: { over: 0 } },
  },
  summary: ({ maxTokens, temperature, adapterWeights }) => [
    ['max tokens', String(maxTokens)],
    ['temperature', String(temperature)],
    ...(adapterWeights.length === 0
      ? []
      : [['adapter weights', adapterWeights.join(', ')] as const]),
  ],
  caching: 'seeded',
  items: {
    over: 'prompts',
    asksOnce: true,
    key: ({ system }) => (system === null ? ['text', 'passages.length'] : ['text']),
    prefix: (row) => (row as { text: string }).text,
    // Large, because each answer is stored as it arrives, and the model idles between batches.
    batch: 64,
  },
  facets: (_params, inputs) => {
    const model = inputs['model']?.model;
    return model === undefined ? {} : { answers: { model } };
  },
  check(params, inputs, models) {
    const model = inputs['model']?.model;
    const refused =
      model?.remote === undefined || inputs['adapters'] === undefined
        ? []
        : [
            {
              port: 'adapters',
              message: `"${model.id}" runs on the server ${model.remote.url}, so Graft cannot apply adapters to it. Disconnect the adapters, or connect a Base model.`,
            },
          ];
    const asking = { params, one: 'An answer' };
    return [...refused, ...askingClashes(asking, inputs, models)];
  },
  warn: ({ system, adapterWeights }, inputs) =>
    formWarnings({ system: askedSystem(system, inputs['prompts']), adapterWeights }, inputs),
  engines: ['llama.cpp'],
  device: { needs: 'accelerator', affectsResult: true },
  migrations: [systemBecomesAuto],
});
