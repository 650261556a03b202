import { defineNode, type ParamMeta, portTypes, Questions } from '@graft/graph';
import { z } from 'zod';

const rowTypes = Object.values(portTypes).filter(({ encoding }) => encoding === 'jsonl');
const [firstType = Questions.id, ...otherTypes] = rowTypes.map(({ id }) => id);
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
    const type = rowTypes.find(({ id }) => id === params['type']) ?? Questions;
    return {
      inputs: { rows: { type, many: true, doc: docs.rows } },
      outputs: { rows: { type, doc: docs.gathered } },
    };
  },
  params: z.strictObject({
    type: z
      .enum([firstType, ...otherTypes])
      .default(Questions.id)
      .meta({ title: 'Type', description: 'What the rows are.' } satisfies ParamMeta),
  }),
  summary: ({ type }) => [['gathers', type]],
  caching: 'pure',
  facets: (_params, inputs) => ({ rows: inputs['rows'] ?? {} }),
  device: { needs: 'cpu', affectsResult: false },
  migrations: [],
});
