import { defineNode, Questions, rowTypeOf, rowTypeParam } from '@graft/graph';
import { z } from 'zod';

const inputs = {
  rows: { type: Questions, many: true, doc: 'What is gathered, in the order of the edges.' },
} as const;
const outputs = {
  rows: {
    type: Questions,
    doc: 'Each item once, in the order in which items came first.',
    itemsOf: ['rows'],
  },
};

export const gatherRows = defineNode({
  type: 'gather-rows',
  version: 1,
  implementation: 1,
  title: 'Gather rows',
  group: 'structure',
  doc: 'Puts rows of one type from several places together. Of rows about the same item the last stands, where the first one stood. It is what a loop gathers its collected outputs with.',
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
  }),
  summary: ({ type }) => [['gathers', type]],
  caching: 'pure',
  facets: (_params, inputs) => ({ rows: inputs['rows'] ?? {} }),
  device: { needs: 'cpu', affectsResult: false },
  migrations: [],
});
