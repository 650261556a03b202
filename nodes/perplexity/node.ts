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
  doc: 'Measures how surprised a model is by each token of a text, on average: 1 is not at all. Measure with and without an adapter, on what was taught and on other text, to see what was learned and what was forgotten.',
  inputs: {
    model: { type: Model, doc: 'The language model, in GGUF or safetensors.' },
    adapters: {
      type: Adapter,
      many: true,
      optional: true,
      doc: 'Adapters of this model, all applied at once.',
    },
    documents: { type: Documents, optional: true, doc: 'Texts to read.' },
    dataset: {
      type: Dataset,
      optional: true,
      doc: 'Examples to read; what is trained on in them counts.',
    },
  },
  outputs: {
    metrics: {
      type: Metrics,
      doc: 'Perplexity, loss and tokens, for each text and for all.',
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
        description: 'Which examples of a dataset are read.',
      } satisfies ParamMeta),
    window: z
      .int()
      .min(8)
      .max(131_072)
      .default(512)
      .meta({
        title: 'Window',
        unit: 'tokens',
        description: 'Longer texts are read in windows of this many tokens.',
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
          'Step from one window to the next. What two windows share counts once, in the first; a smaller stride gives each token more context and is slower.',
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
    perplexity: 'How surprised the model is by a token: exp of the mean loss. Less is better.',
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
          message: `A stride of ${stride} leaves tokens out. Set it to ${window}, the window, or less.`,
        },
      ];
    }
    if (model === undefined) return [];
    if (models(model.id)?.format === 'onnx') {
      return [
        {
          port: 'model',
          message: `${model.id} is an ONNX model. Choose one in GGUF or safetensors.`,
        },
      ];
    }
    if (window <= model.contextLength) return [];
    return [
      {
        port: 'model',
        param: 'window',
        message: `${model.id} reads at most ${model.contextLength} tokens; set the window to that or less.`,
      },
    ];
  },
  engines: ['training', 'llama.cpp'],
  device: { needs: 'accelerator', affectsResult: true },
  lane: 'training',
  migrations: [],
});
