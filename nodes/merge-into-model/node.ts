import { Adapter, defineNode, Model, type ParamMeta } from '@graft/graph';
import { z } from 'zod';
import { taughtByAdapters } from '../kit/forms/definition.ts';

export const mergeIntoModel = defineNode({
  type: 'merge-into-model',
  version: 1,
  implementation: 1,
  title: 'Merge into model',
  group: 'training',
  doc: 'Adds adapters to the weights of their base, each times its weight, and gives a standalone model: a GGUF file for Generate, llama.cpp and tools built on it.',
  inputs: {
    model: { type: Model, doc: 'The base that the adapters were trained on, in GGUF.' },
    adapters: { type: Adapter, many: true, doc: 'Adapters to add.' },
  },
  outputs: { model: { type: Model, doc: 'The base with the adapters merged in.' } },
  params: z.strictObject({
    encoding: z
      .enum(['f16', 'q8_0'])
      .default('f16')
      .meta({
        title: 'Encoding',
        description:
          'f16: 2 bytes a weight, practically exact. q8_0: about 1 byte a weight, rounded to 8 bits in blocks of 32.',
      } satisfies ParamMeta),
    weights: z
      .array(z.number().min(-10).max(10))
      .default([])
      .meta({
        title: 'Weights',
        description:
          'One weight for each adapter, in the order of the connections. Missing weights are 1.',
        entryPerEdge: 'adapters',
      } satisfies ParamMeta),
  }),
  summary: ({ encoding, weights }) => [
    ['encoding', encoding],
    ...(weights.length === 0 ? [] : [['weights', weights.join(', ')] as const]),
  ],
  caching: 'pure',
  facets({ weights }, inputs) {
    const model = inputs['model']?.model;
    const trained = taughtByAdapters(inputs, weights);
    if (model === undefined) return { model: trained };
    const { id, architecture, contextLength } = model;
    return { model: { model: { id: `${id} merged`, architecture, contextLength }, ...trained } };
  },
  engines: ['training'],
  device: { needs: 'cpu', affectsResult: false },
  lane: 'bulk',
  migrations: [],
});
