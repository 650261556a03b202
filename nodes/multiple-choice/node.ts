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

export const multipleChoice = defineNode({
  type: 'multiple-choice',
  version: 1,
  implementation: 1,
  title: 'Multiple choice',
  group: 'evaluation',
  doc: 'Measures whether a language model finds the right choice the likeliest answer to a question’s prompt. Nothing is written, so a model is measured by what it knows and not by how it puts it, even one too small to follow instructions.',
  inputs: {
    prompts: { type: Prompts, doc: 'Prompts whose questions have choices and a reference.' },
    model: { type: Model, doc: 'The language model, in GGUF or safetensors.' },
    adapters: {
      type: Adapter,
      many: true,
      optional: true,
      doc: 'Adapters of this model, all applied at once.',
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
        description: 'What the model is told before each prompt; empty for none.',
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
    accuracy: 'The share of questions of which the right choice is the likeliest.',
    normalizedAccuracy:
      'The same by likelihood per character, so that long choices are not at a disadvantage.',
    choiceProbability: 'The share of the right choice in the likelihood of all choices.',
    ...countMeanings,
  },
  caching: 'pure',
  check(_params, inputs, models) {
    const model = inputs['model']?.model;
    if (model === undefined || models(model.id)?.format !== 'onnx') return [];
    return [
      {
        port: 'model',
        message: `${model.id} is an ONNX model. Choose one in GGUF or safetensors.`,
      },
    ];
  },
  engines: ['training', 'llama.cpp'],
  device: { needs: 'accelerator', affectsResult: true },
  lane: 'training',
  migrations: [],
});
