import {
  adapterWeightsParam,
  Adapter,
  defineNode,
  Metrics,
  Model,
  type ParamMeta,
  Prompts,
} from '@graft/graph';
import { z } from 'zod';
import { countMeanings } from '../kit/evaluation/definition.ts';
import { formWarnings } from '../kit/forms/definition.ts';

export const multipleChoice = defineNode({
  type: 'multiple-choice',
  version: 1,
  implementation: 1,
  title: 'Multiple choice',
  group: 'evaluation',
  doc: 'Measures whether the right choice is the likeliest answer for a language model. The model writes nothing, so this measures what it knows and not how it words it. It works for models too small to follow instructions.',
  inputs: {
    prompts: { type: Prompts, doc: 'Prompts whose questions have choices and a reference.' },
    model: { type: Model, doc: 'The language model, in GGUF or safetensors.' },
    adapters: {
      type: Adapter,
      many: true,
      optional: true,
      doc: 'Adapters of this model, all applied together.',
    },
  },
  outputs: {
    metrics: {
      type: Metrics,
      doc: 'The means, then the metrics of each question.',
      itemsOf: ['prompts'],
    },
  },
  params: z.strictObject({
    system: z
      .string()
      .default('')
      .meta({
        title: 'System prompt',
        description: 'Instructions that the model reads before each prompt. Empty: none.',
        control: 'multiline',
        places: [],
      } satisfies ParamMeta),
    adapterWeights: adapterWeightsParam,
  }),
  summary: ({ adapterWeights }) => [
    ['scores', 'accuracy by likelihood'],
    ...(adapterWeights.length === 0
      ? []
      : [['adapter weights', adapterWeights.join(', ')] as const]),
  ],
  metrics: () => ['accuracy', 'normalizedAccuracy', 'choiceProbability'],
  meanings: {
    accuracy: 'The share of questions where the right choice is the likeliest.',
    normalizedAccuracy:
      'The same by likelihood per character, so that long choices have no disadvantage.',
    choiceProbability: 'The right choice’s share of the likelihood of all choices.',
    ...countMeanings,
  },
  caching: 'pure',
  check(_params, inputs, models) {
    const model = inputs['model']?.model;
    if (model === undefined || models(model.id)?.format !== 'onnx') return [];
    return [
      {
        port: 'model',
        message: `"${model.id}" is an ONNX model. Choose a model in GGUF or safetensors.`,
      },
    ];
  },
  warn: (params, inputs) => formWarnings(params, inputs),
  engines: ['training', 'llama.cpp'],
  device: { needs: 'accelerator', affectsResult: true },
  lane: 'training',
  migrations: [],
});
