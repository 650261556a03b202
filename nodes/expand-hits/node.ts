import { Chunks, defineNode, Hits, type ParamMeta } from '@graft/graph';
import { z } from 'zod';

export const expandHits = defineNode({
  type: 'expand-hits',
  version: 1,
  implementation: 3,
  title: 'Expand hits',
  group: 'retrieval',
  doc: 'Replaces each hit by a larger passage: the larger chunk that holds it (parent–child, small-to-big), or the hit with its neighbours. Hits that lead to the same passage become one, with the best of their scores.',
  inputs: {
    hits: { type: Hits, doc: 'Hits on small chunks.' },
    chunks: {
      type: Chunks,
      doc: 'Chunks of the same documents. For parents: larger chunks, such as sections or pages. For neighbours: the chunks that were searched.',
    },
  },
  outputs: { hits: { type: Hits, doc: 'The larger passages, best first.', itemsOf: ['hits'] } },
  params: z.strictObject({
    to: z
      .enum(['parents', 'neighbours'])
      .default('parents')
      .meta({
        title: 'To',
        description:
          'parents: the larger chunk that holds most of the hit. neighbours: the hit and the chunks beside it, as one passage.',
      } satisfies ParamMeta),
    window: z
      .int()
      .min(1)
      .max(20)
      .default(1)
      .meta({
        title: 'Window',
        unit: 'chunks',
        description: 'For neighbours: how many chunks on each side.',
      } satisfies ParamMeta),
    top: z
      .int()
      .min(1)
      .max(1000)
      .default(10)
      .meta({
        title: 'Top',
        unit: 'passages',
        description: 'Passages kept for each question.',
      } satisfies ParamMeta),
  }),
  when: {
    window: { to: ['neighbours'] },
  },
  summary: ({ to, window, top }) => [
    ['to', to === 'parents' ? 'parents' : `${window} on either side`],
    ['top', String(top)],
  ],
  caching: 'pure',
  device: { needs: 'cpu', affectsResult: false },
  migrations: [],
});
