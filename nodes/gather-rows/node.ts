import { defineNode, Questions, rowTypeOf, rowTypeParam } from '@graft/graph';
import { z } from 'zod';

const inputs = {
  rows: {
    type: Questions,
    many: true,
    doc: 'The rows to gather, in the order of the connections.',
  },
} as const;
const outputs = {
  rows: {
    type: Questions,
    doc: 'Each row once, in the order of first appearance.',
    itemsOf: ['rows'],
  },
};

export const gatherRows = defineNode({
  type: 'gather-rows',
  version: 1,
  implementation: 1,
  title: 'Gather rows',
  group: 'structure',
  doc: 'Joins rows of one type from several outputs. If several rows have the same id, the last one takes the place of the first. Loops gather their collected outputs this way.',
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
