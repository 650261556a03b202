import { Adapter, defineNode, Metrics, type ParamMeta } from '@graft/graph';
import { z } from 'zod';
import { exportMeanings } from '../kit/export/definition.ts';

export const exportAdapter = defineNode({
  type: 'export-adapter',
  version: 1,
  implementation: 2,
  title: 'Export adapter',
  group: 'training',
  doc: 'Writes an adapter into a folder of the workspace, for PEFT, llama.cpp and tools built on them.',
  inputs: { adapter: { type: Adapter, doc: 'The adapter to write.' } },
  outputs: { metrics: { type: Metrics, doc: 'The files written, with sizes in bytes.' } },
  params: z.strictObject({
    path: z
      .string()
      .default('')
      .meta({
        title: 'Folder',
        description: 'A folder in the workspace, such as exports/my-adapter.',
        control: 'file',
        takes: ['/'],
      } satisfies ParamMeta),
    dtype: z
      .enum(['f32', 'f16'])
      .default('f32')
      .meta({
        title: 'Numbers',
        description: 'f32: as trained. f16: half the bytes, rounded to about three digits.',
      } satisfies ParamMeta),
    form: z
      .enum(['both', 'peft', 'gguf'])
      .default('both')
      .meta({
        title: 'Form',
        description:
          'both: peft and gguf. peft: for Python, and for Load adapter. gguf: for llama.cpp; not for a DoRA adapter.',
      } satisfies ParamMeta),
  }),
  summary: ({ path, dtype }) => [
    ['folder', path === '' ? 'none chosen' : path],
    ['numbers', dtype],
  ],
  meanings: exportMeanings,
  // The folder may have changed since: the node checks each time, and writes only what is missing.
  caching: 'volatile',
  check: ({ path }) =>
    path === ''
      ? [
          {
            param: 'path',
            message: 'Choose a folder in the workspace, such as exports/my-adapter.',
          },
        ]
      : [],
  engines: ['training'],
  device: { needs: 'cpu', affectsResult: false },
  lane: 'bulk',
  migrations: [],
});
