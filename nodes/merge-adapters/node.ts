import { Adapter, defineNode, mergeMethods, type ParamMeta, seedParam } from '@graft/graph';
import { z } from 'zod';

/** Methods that work on ΔW or put factors side by side, so that ranks may differ. */
function takesAnyRank(method: string): boolean {
  return method === 'cat' || method.endsWith('svd');
}

export const mergeAdapters = defineNode({
  type: 'merge-adapters',
  version: 1,
  implementation: 1,
  title: 'Merge adapters',
  group: 'training',
  doc: 'Merges several adapters of the same base into one, each times its weight, by the methods of PEFT’s add_weighted_adapter.',
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
          'cat: exactly the sum; ranks add up. svd: the best approximation of the sum at a given rank. linear: adds the factors, of one rank; small, but their cross products come in. ties: keeps the largest values, elects a sign for each place and averages those that agree. dare_linear: drops values at random, scales up the rest, adds. dare_ties: the same, then elects signs. magnitude_prune: adds the largest values only. These work on the two factors; with _svd on the whole change, slower and truer.',
      } satisfies ParamMeta),
    weights: z
      .array(z.number().min(-10).max(10))
      .default([])
      .meta({
        title: 'Weights',
        description: 'One for each adapter, in the order of the edges; 1 if not given.',
        entryPerEdge: 'adapters',
      } satisfies ParamMeta),
    rank: z
      .int()
      .min(0)
      .max(1024)
      .default(0)
      .meta({
        title: 'Rank',
        description: 'Rank of the result of svd methods; 0 for the largest of the adapters’ ranks.',
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
          'How ties elects: total by the sum of the values, frequency by how many there are of each sign.',
        advanced: true,
      } satisfies ParamMeta),
    seed: seedParam('Of what dare drops.'),
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
  facets(_params, inputs) {
    const { baseDigest, targets } = inputs['adapters']?.adapter ?? {};
    return {
      adapter: {
        adapter: {
          ...(baseDigest === undefined ? {} : { baseDigest }),
          ...(targets === undefined ? {} : { targets }),
        },
      },
    };
  },
  check({ method }, inputs) {
    const ranks = inputs['adapters']?.adapter?.ranks;
    if (ranks === undefined || takesAnyRank(method)) return [];
    return [
      {
        param: 'method',
        message: `${method} needs adapters of one rank, these have ${ranks.join(' and ')}. Choose cat, svd or ${method === 'linear' ? 'ties' : method}_svd.`,
      },
    ];
  },
  engines: ['training'],
  device: { needs: 'cpu', affectsResult: false },
  lane: 'bulk',
  migrations: [],
});
