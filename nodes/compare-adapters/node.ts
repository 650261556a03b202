import { Adapter, defineNode, Metrics } from '@graft/graph';
import { z } from 'zod';

export const compareAdapters = defineNode({
  type: 'compare-adapters',
  version: 1,
  implementation: 1,
  title: 'Compare adapters',
  group: 'evaluation',
  doc: 'Compares what two adapters add to each linear map of the model: how much, and whether in the same direction. Use it before merging, to see whether they get in each other’s way.',
  inputs: {
    one: { type: Adapter, doc: 'An adapter.' },
    other: { type: Adapter, doc: 'Another, of a base with the same sizes.' },
  },
  outputs: { metrics: { type: Metrics, doc: 'Both norms and the cosine, module by module.' } },
  params: z.strictObject({}),
  summary: () => [['compares', 'norms and cosine']],
  meanings: {
    norm: 'How much the first adapter adds: the Frobenius norm of its ΔW.',
    otherNorm: 'How much the other adapter adds: the Frobenius norm of its ΔW.',
    cosine:
      'How alike in direction is what both add: 1 the same, 0 nothing in common, −1 the opposite.',
  },
  caching: 'pure',
  engines: ['training'],
  device: { needs: 'cpu', affectsResult: false },
  lane: 'bulk',
  migrations: [],
});
