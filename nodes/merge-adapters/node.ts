import { Adapter, defineNode, mergeMethods, type ParamMeta, seedParam } from '@graft/graph';
import { z } from 'zod';
import { taughtByAdapters } from '../kit/forms/definition.ts';

/** Methods on ΔW, or that concatenate factors, so that ranks may differ. */
function takesAnyRank(method: string): boolean {
  return method === 'cat' || method.endsWith('svd');
}

export const mergeAdapters = defineNode({
  type: 'merge-adapters',
  version: 1,
  implementation: 1,
  title: 'Merge adapters',
  group: 'training',
  doc: 'Merges several adapters of the same base into one, each times its weight, with the methods of PEFT’s add_weighted_adapter.',
  synonyms: ['lora', 'ties', 'dare', 'combine'],
  inputs: { adapters: { type: Adapter, many: true, doc: 'Adapters of one base.' } },
  outputs: { adapter: { type: Adapter, doc: 'The merged adapter.' } },
  params: z.strictObject({
    method: z
      .enum(mergeMethods)
      .default('cat')
      .meta({
        title: 'Method',
        description:
          'cat: the exact sum; ranks add up. svd: the best approximation of the sum at a given rank. linear: adds the factors, which need one rank; small, but adds cross products. ties: keeps the largest values, elects a sign for each place and averages the values that agree. dare_linear: drops random values, scales up the rest, adds. dare_ties: the same, then elects signs. magnitude_prune: adds only the largest values. These methods work on the two factors. With _svd they work on the whole change, slower and more exact.',
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
    rank: z
      .int()
      .min(0)
      .max(1024)
      .default(0)
      .meta({
        title: 'Rank',
        description: 'Rank of the result of svd methods. 0: the largest rank among the adapters.',
      } satisfies ParamMeta),
    density: z
      .number()
      .gt(0)
      .max(1)
      .default(0.5)
      .meta({
        title: 'Density',
        unit: 'share',
        description: 'Share of the values that ties, dare and magnitude_prune keep.',
      } satisfies ParamMeta),
    sign: z
      .enum(['total', 'frequency'])
      .default('total')
      .meta({
        title: 'Sign',
        description:
          'How ties elects a sign. total: by the sum of the values. frequency: by the number of values of each sign.',
        advanced: true,
      } satisfies ParamMeta),
    seed: seedParam('Fixes which values dare drops.'),
  }),
  when: {
    rank: { method: mergeMethods.filter((method) => method.endsWith('svd')) },
    density: {
      method: mergeMethods.filter((method) => /^(ties|dare|magnitude_prune)/.test(method)),
    },
    sign: { method: mergeMethods.filter((method) => method.includes('ties')) },
    seed: { method: mergeMethods.filter((method) => method.startsWith('dare')) },
  },
  summary: ({ method, weights, density }) => [
    ['method', method],
    ...(/ties|dare|prune/.test(method) ? [['density', String(density)] as const] : []),
    ...(weights.length === 0 ? [] : [['weights', weights.join(', ')] as const]),
  ],
  caching: 'seeded',
  facets({ weights }, inputs) {
    const { baseDigest, targets } = inputs['adapters']?.adapter ?? {};
    return {
      adapter: {
        adapter: {
          ...(baseDigest === undefined ? {} : { baseDigest }),
          ...(targets === undefined ? {} : { targets }),
        },
        ...taughtByAdapters(inputs, weights),
      },
    };
  },
  check({ method }, inputs) {
    const ranks = inputs['adapters']?.adapter?.ranks;
    if (ranks === undefined || takesAnyRank(method)) return [];
    return [
      {
        param: 'method',
        message: `${method} needs adapters of the same rank, but these have ${ranks.join(' and ')}. Choose cat, svd or ${method === 'linear' ? 'ties' : method}_svd.`,
      },
    ];
  },
  engines: ['training'],
  device: { needs: 'cpu', affectsResult: false },
  lane: 'bulk',
  migrations: [],
});
