import { Adapter, defineNode, Metrics, type ParamMeta } from '@graft/graph';
import { z } from 'zod';

export const exportAdapter = defineNode({
  type: 'export-adapter',
  version: 1,
  implementation: 1,
  title: 'Export adapter',
  group: 'training',
  doc: 'Writes an adapter into a folder of the workspace, for PEFT, llama.cpp and what is built on them.',
  inputs: { adapter: { type: Adapter, doc: 'The adapter to write.' } },
  outputs: { metrics: { type: Metrics, doc: 'What was written, with sizes in bytes.' } },
  params: z.strictObject({
    path: z
      .string()
      .default('')
      .meta({
        title: 'Folder',
        description: 'Below the workspace, such as exports/my-adapter.',
      } satisfies ParamMeta),
  }),
  summary: ({ path }) => [['folder', path === '' ? 'none chosen' : path]],
  // The folder may be gone or changed since: the node looks each time, and writes only what is not there.
  caching: 'volatile',
  check: ({ path }) =>
    path === ''
      ? [
          {
            param: 'path',
            message: 'Choose a folder below the workspace, such as exports/my-adapter.',
          },
        ]
      : [],
  device: { needs: 'cpu', affectsResult: false },
  lane: 'bulk',
  migrations: [],
});
