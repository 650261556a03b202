import { defineNode, type ParamMeta, portTypes, Questions, rowTypeIds } from '@graft/graph';
import { z } from 'zod';

const docs = {
  rows: 'What is gathered, in the order of the edges.',
  gathered: 'Each item once, in the order in which items came first.',
} as const;

export const gatherRows = defineNode({
  type: 'gather-rows',
  version: 1,
  implementation: 1,
  title: 'Gather rows',
  group: 'structure',
  doc: 'Puts rows of one type from several places together. Of rows about the same item the last stands, where the first one stood. It is what a loop gathers its collected outputs with.',
  inputs: { rows: { type: Questions, many: true, doc: docs.rows } },
  outputs: { rows: { type: Questions, doc: docs.gathered } },
  ports(params) {
    const id = rowTypeIds.find((one) => one === params['type']) ?? Questions.id;
    const type = portTypes[id] ?? Questions;
    return {
      inputs: { rows: { type, many: true, doc: docs.rows } },
      outputs: { rows: { type, doc: docs.gathered } },
    };
  },
  params: z.strictObject({
    type: z
      .enum(rowTypeIds)
      .default(Questions.id)
      .meta({ title: 'Type', description: 'What the rows are.' } satisfies ParamMeta),
  }),
  summary: ({ type }) => [['gathers', type]],
  caching: 'pure',
  facets: (_params, inputs) => ({ rows: inputs['rows'] ?? {} }),
  device: { needs: 'cpu', affectsResult: false },
  migrations: [],
});
