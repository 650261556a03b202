import { Adapter, defineNode, Metrics } from '@graft/graph';
import { z } from 'zod';

export const compareAdapters = defineNode({
  type: 'compare-adapters',
  version: 1,
  implementation: 1,
  title: 'Compare adapters',
  group: 'evaluation',
  doc: 'Compares what two adapters add to each linear map of the model: how much, and whether in the same direction. Use it before merging, to see whether they conflict.',
  inputs: {
    one: { type: Adapter, doc: 'An adapter.' },
    other: { type: Adapter, doc: 'Another adapter, of a base with the same sizes.' },
  },
  outputs: { metrics: { type: Metrics, doc: 'Both norms and the cosine, for each module.' } },
  params: z.strictObject({}),
  summary: () => [['compares', 'norms and cosine']],
  meanings: {
    norm: 'How much the first adapter adds: the Frobenius norm of its ΔW.',
    otherNorm: 'How much the other adapter adds: the Frobenius norm of its ΔW.',
    cosine:
      'Whether both adapters add in the same direction: 1 the same, 0 unrelated, −1 opposite.',
  },
  caching: 'pure',
  engines: ['training'],
  device: { needs: 'cpu', affectsResult: false },
  lane: 'bulk',
  migrations: [],
});
