import {
  adapterWeightsParam,
  Adapter,
  Dataset,
  defineNode,
  Documents,
  Metrics,
  Model,
  type ParamMeta,
} from '@graft/graph';
import { z } from 'zod';

export const perplexity = defineNode({
  type: 'perplexity',
  version: 1,
  implementation: 4,
  title: 'Perplexity',
  group: 'evaluation',
  doc: 'Measures how much each token of a text surprises a model, on average: 1 is not at all. Measure with and without an adapter, on training data and on other text, to see what the model learned and what it forgot.',
  inputs: {
    model: { type: Model, doc: 'The language model, in GGUF or safetensors.' },
    adapters: {
      type: Adapter,
      many: true,
      optional: true,
      doc: 'Adapters of this model, all applied together.',
    },
    documents: { type: Documents, optional: true, doc: 'Documents to measure on.' },
    dataset: {
      type: Dataset,
      optional: true,
      doc: 'Examples to measure on. Only their trained tokens count.',
    },
  },
  outputs: {
    metrics: {
      type: Metrics,
      doc: 'Perplexity, loss and tokens, for each text and overall.',
      itemsOf: ['documents', 'dataset'],
    },
  },
  params: z.strictObject({
    adapterWeights: adapterWeightsParam,
    rows: z
      .enum(['eval', 'train', 'all'])
      .default('eval')
      .meta({
        title: 'Rows',
        description: 'Which examples of the dataset to read.',
      } satisfies ParamMeta),
    window: z
      .int()
      .min(8)
      .max(131_072)
      .default(512)
      .meta({
        title: 'Window',
        unit: 'tokens',
        description: 'The model reads longer texts in windows of this many tokens.',
        advanced: true,
      } satisfies ParamMeta),
    stride: z
      .int()
      .min(1)
      .max(131_072)
      .default(256)
      .meta({
        title: 'Stride',
        unit: 'tokens',
        description:
          'Step from one window to the next. Tokens in two windows count once, in the first. A smaller stride gives each token more context and is slower.',
        advanced: true,
      } satisfies ParamMeta),
  }),
  summary: ({ window, stride, adapterWeights }) => [
    ['window', `${window}, stride ${stride}`],
    ...(adapterWeights.length === 0
      ? []
      : [['adapter weights', adapterWeights.join(', ')] as const]),
  ],
  metrics: () => ['perplexity', 'loss'],
  meanings: {
    perplexity: 'How much a token surprises the model: exp of the mean loss. Less is better.',
    loss: 'The mean negative logarithm of the probability of a token. Less is better.',
    tokens: 'Tokens that count.',
    texts: 'Texts that were read.',
  },
  caching: 'pure',
  check({ window, stride }, inputs, models) {
    const model = inputs['model']?.model;
    if (stride > window) {
      return [
        {
          param: 'stride',
          message: `A stride of ${stride} is longer than the window and skips tokens. Set it to ${window} or less.`,
        },
      ];
    }
    if (model === undefined) return [];
    if (models(model.id)?.format === 'onnx') {
      return [
        {
          port: 'model',
          message: `"${model.id}" is an ONNX model. Choose a model in GGUF or safetensors.`,
        },
      ];
    }
    if (window <= model.contextLength) return [];
    return [
      {
        port: 'model',
        param: 'window',
        message: `"${model.id}" reads at most ${model.contextLength} tokens. Set the window to that or less.`,
      },
    ];
  },
  engines: ['training', 'llama.cpp'],
  device: { needs: 'accelerator', affectsResult: true },
  lane: 'training',
  migrations: [],
});
