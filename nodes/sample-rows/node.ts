import {
  defineNode,
  type ParamMeta,
  Questions,
  rowTypeOf,
  rowTypeParam,
  seedParam,
} from '@graft/graph';
import { z } from 'zod';

const inputs = { rows: { type: Questions, doc: 'The rows to draw from.' } };
const outputs = {
  rows: {
    type: Questions,
    doc: 'The drawn rows, in their original order.',
    itemsOf: ['rows'],
  },
};

export const sampleRows = defineNode({
  type: 'sample-rows',
  version: 1,
  implementation: 1,
  title: 'Sample',
  group: 'evaluation',
  doc: 'Draws a random part of the rows, always the same for a seed. A smaller part is contained in a larger one, and rows of one question stay together. Try settings on a part first: a run on all rows reuses its results.',
  inputs,
  outputs,
  ports(params) {
    const type = rowTypeOf(params);
    return {
      inputs: { rows: { ...inputs.rows, type } },
      outputs: { rows: { ...outputs.rows, type } },
    };
  },
  params: z.strictObject({
    type: rowTypeParam,
    share: z
      .number()
      .min(0)
      .max(1)
      .default(0.1)
      .meta({
        title: 'Share',
        unit: 'of the rows',
        description: 'The share of rows to draw. 1: all.',
      } satisfies ParamMeta),
    least: z
      .int()
      .min(0)
      .default(20)
      .meta({
        title: 'At least',
        unit: 'rows',
        description: 'Takes at least this many rows, even if the share is smaller.',
      } satisfies ParamMeta),
    seed: seedParam('A different seed draws different rows.'),
  }),
  summary: ({ share, least }) => [
    ['takes', `${Math.round(share * 1000) / 10} %`],
    ['at least', String(least)],
  ],
  caching: 'seeded',
  facets: (_params, inputs) => ({ rows: inputs['rows'] ?? {} }),
  device: { needs: 'cpu', affectsResult: false },
  migrations: [],
});
