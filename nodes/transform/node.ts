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
  rows: { type: Questions, doc: 'What the code returned for each row, in their order.' },
};

/** What the rows become, by the parameters as they stand in a file, right or wrong. */
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
  doc: 'Calls a JavaScript function for each row, which returns the row changed, several rows, or none. The code runs in a sandbox: it reaches no file, network or clock, and its time and memory are limited.',
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
        description: 'The type that the rows become; same: the type they have.',
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
          'JavaScript with a function transform(row). Each row is handled by itself: nothing is kept from one to the next.',
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
        description: 'Code that takes longer for a row is stopped, and the step with it.',
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
          'Code that needs more for a row is stopped, and the step with it; the engine itself takes 6 MiB of it.',
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
