import { defineNode, type ParamMeta, Questions, rowTypeOf, rowTypeParam } from '@graft/graph';
import { z } from 'zod';

const outputs = { rows: { type: Questions, doc: 'The rows, in the order of the file.' } };

export const loadRows = defineNode({
  type: 'load-rows',
  version: 1,
  implementation: 1,
  title: 'Rows',
  group: 'sources',
  doc: 'Reads rows of any type from a JSONL file: a frozen or hand-edited output, or rows from another program.',
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
        description: 'A JSONL file in the workspace, one object per line.',
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
          'The version of the row type that the file was written with. Graft upgrades older rows. 0: the newest version.',
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
