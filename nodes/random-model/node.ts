import { defineNode, Model, type ParamMeta, seedParam } from '@graft/graph';
import { z } from 'zod';

export const randomModel = defineNode({
  type: 'random-model',
  version: 1,
  implementation: 1,
  title: 'Random model',
  group: 'training',
  doc: 'Makes an untrained model of any size: random weights, with the family and tokenizer of another model. Fine-tune trains it from scratch.',
  inputs: {
    like: { type: Model, doc: 'The model, in GGUF, whose family and tokenizer to use.' },
  },
  outputs: { model: { type: Model, doc: 'The untrained model.' } },
  params: z.strictObject({
    layers: z
      .int()
      .min(1)
      .max(128)
      .default(4)
      .meta({ title: 'Layers', description: 'Number of transformer blocks.' } satisfies ParamMeta),
    width: z
      .int()
      .min(8)
      .max(16_384)
      .default(128)
      .meta({
        title: 'Width',
        description: 'Numbers for each token (hidden size). A multiple of twice the heads.',
      } satisfies ParamMeta),
    heads: z
      .int()
      .min(1)
      .max(256)
      .default(4)
      .meta({ title: 'Heads', description: 'Attention heads in each layer.' } satisfies ParamMeta),
    kvHeads: z
      .int()
      .min(1)
      .max(256)
      .default(2)
      .meta({
        title: 'Key/value heads',
        description:
          'Each is shared by several attention heads (grouped-query attention). The number of attention heads must be a multiple of it.',
      } satisfies ParamMeta),
    feedForward: z
      .int()
      .min(8)
      .max(65_536)
      .default(384)
      .meta({
        title: 'Feed-forward width',
        description: 'Inner width of each layer, usually about three times the width.',
      } satisfies ParamMeta),
    seed: seedParam('Fixes the random weights.', { advanced: false }),
  }),
  summary: ({ layers, width, heads, kvHeads }) => [
    ['layers', `${layers} of ${width}`],
    ['heads', `${heads}, ${kvHeads} for keys and values`],
  ],
  caching: 'seeded',
  facets({ layers, width }, inputs) {
    const like = inputs['like']?.model;
    if (like === undefined) return {};
    const { architecture, contextLength } = like;
    const id = `random-${architecture}-${layers}x${width}`;
    return { model: { model: { id, architecture, contextLength } } };
  },
  check({ width, heads, kvHeads }) {
    if (width % (2 * heads) !== 0) {
      return [
        {
          param: 'width',
          message: `${heads} heads cannot share this width evenly. Choose a multiple of ${2 * heads}.`,
        },
      ];
    }
    if (heads % kvHeads === 0) return [];
    return [
      {
        param: 'kvHeads',
        message: `${heads} heads cannot share ${kvHeads} key/value heads evenly. Choose a divisor of ${heads}.`,
      },
    ];
  },
  engines: ['training'],
  device: { needs: 'cpu', affectsResult: false },
  lane: 'bulk',
  migrations: [],
});
