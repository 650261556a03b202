import {
  defineNode,
  type ParamMeta,
  plural,
  type PortType,
  Questions,
  rowTypeIds,
  rowTypeOf,
  rowTypeParam,
} from '@graft/graph';
import { z } from 'zod';

const inputs = { rows: { type: Questions, doc: 'The rows, one by one.' } };
const outputs = {
  rows: {
    type: Questions,
    doc: 'The rows that the code returned, in the order of the incoming rows.',
  },
};

/** Type of the output rows, by the params as written, valid or not. */
export function typeInto(params: Readonly<Record<string, unknown>>): PortType {
  const into = rowTypeIds.find((id) => id === params['into']);
  return rowTypeOf(into === undefined ? params : { type: into });
}

export const transform = defineNode({
  type: 'transform',
  version: 1,
  implementation: 1,
  title: 'Transform',
  group: 'structure',
  doc: 'Calls a JavaScript function for each row. The function returns a changed row, several rows, or none. The code runs in a sandbox without files, network or clock, with limited time and memory.',
  synonyms: ['code', 'javascript', 'script', 'map', 'filter'],
  inputs,
  outputs,
  ports(params) {
    return {
      inputs: { rows: { ...inputs.rows, type: rowTypeOf(params) } },
      outputs: { rows: { ...outputs.rows, type: typeInto(params) } },
    };
  },
  params: z.strictObject({
    type: rowTypeParam,
    into: z
      .enum(['same', ...rowTypeIds])
      .default('same')
      .meta({
        title: 'Into',
        description: 'The type of the returned rows. same: the type of the incoming rows.',
      } satisfies ParamMeta),
    code: z
      .string()
      .default(
        [
          '// Give the row changed, several rows in an array, or null to leave it out.',
          'function transform(row) {',
          '  return row;',
          '}',
        ].join('\n'),
      )
      .meta({
        title: 'Code',
        description:
          'JavaScript with a function transform(row). Each call sees only its own row: nothing is kept between rows.',
        control: 'multiline',
        language: 'javascript',
      } satisfies ParamMeta),
    timeLimit: z
      .int()
      .min(10)
      .max(60_000)
      .default(2000)
      .meta({
        title: 'Time limit',
        unit: 'ms a row',
        description: 'If the code takes longer for a row, the step fails.',
        advanced: true,
        affectsResult: false,
      } satisfies ParamMeta),
    memory: z
      .int()
      .min(16)
      .max(1024)
      .default(64)
      .meta({
        title: 'Memory',
        unit: 'MiB',
        description:
          'If the code needs more memory for a row, the step fails. The sandbox itself takes 6 MiB of it.',
        advanced: true,
      } satisfies ParamMeta),
  }),
  summary: ({ type, into, code }) => [
    ['rows', into === 'same' ? type : `${type} → ${into}`],
    ['code', plural(code.trim().split('\n').length, 'line')],
  ],
  caching: 'pure',
  items: { over: 'rows' },
  lane: 'bulk',
  facets: ({ into }, inputs) => ({ rows: into === 'same' ? (inputs['rows'] ?? {}) : {} }),
  device: { needs: 'cpu', affectsResult: false },
  migrations: [],
});
