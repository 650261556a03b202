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
    doc: 'The drawn rows, in the order in which they came.',
    itemsOf: ['rows'],
  },
};

export const sampleRows = defineNode({
  type: 'sample-rows',
  version: 1,
  implementation: 1,
  title: 'Sample',
  group: 'evaluation',
  doc: 'Takes a part of the rows, drawn at random and always the same for a seed; a smaller part is contained in a larger one. Rows of one question stay together. Try settings on a part first: what was computed for its rows is reused when all are run.',
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
        description: 'The share of rows that is taken; 1 takes all.',
      } satisfies ParamMeta),
    least: z
      .int()
      .min(0)
      .default(20)
      .meta({
        title: 'At least',
        unit: 'rows',
        description: 'This many are taken if the share is fewer, as far as there are that many.',
      } satisfies ParamMeta),
    seed: seedParam('Another seed draws other rows.'),
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
