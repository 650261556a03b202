import { defineNode, type ParamMeta, Questions, rowTypeOf, rowTypeParam } from '@graft/graph';
import { z } from 'zod';

const outputs = { rows: { type: Questions, doc: 'The rows, in the order of the file.' } };

export const loadRows = defineNode({
  type: 'load-rows',
  version: 1,
  implementation: 1,
  title: 'Rows',
  group: 'sources',
  doc: 'Rows of any type from a JSONL file: an output that was frozen or edited by hand, kept in git like everything else, or rows that another program wrote.',
  inputs: {},
  outputs,
  ports(params) {
    return { inputs: {}, outputs: { rows: { ...outputs.rows, type: rowTypeOf(params) } } };
  },
  params: z.strictObject({
    type: rowTypeParam,
    file: z
      .string()
      .default('')
      .meta({
        title: 'File',
        description: 'A JSONL file below the workspace, one object a line.',
        control: 'file',
        takes: ['.jsonl'],
      } satisfies ParamMeta),
    written: z
      .int()
      .min(0)
      .default(0)
      .meta({
        title: 'Version of the rows',
        description:
          'The version of their type when they were written, by which they are brought up to date; 0 for the newest.',
        advanced: true,
      } satisfies ParamMeta),
  }),
  summary: ({ type, file }) => [
    ['rows', type],
    ['file', file === '' ? 'none chosen' : file],
  ],
  caching: 'pure',
  sources: ({ file }) => (file === '' ? [] : [{ kind: 'files', patterns: [file], param: 'file' }]),
  check: ({ file }) =>
    file === '' ? [{ param: 'file', message: 'Choose a JSONL file of the workspace.' }] : [],
  device: { needs: 'cpu', affectsResult: false },
  migrations: [],
});
