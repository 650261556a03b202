import { defineNode, Metrics, Model, type ParamMeta } from '@graft/graph';
import { z } from 'zod';
import { exportMeanings } from '../kit/export/definition.ts';

export const exportModel = defineNode({
  type: 'export-model',
  version: 1,
  implementation: 2,
  title: 'Export model',
  group: 'language-model',
  doc: 'Writes a model’s weights into a folder of the workspace. A GGUF model becomes a GGUF file, for llama.cpp and tools built on it, with a Modelfile for Ollama.',
  inputs: { model: { type: Model, doc: 'The model to write.' } },
  outputs: { metrics: { type: Metrics, doc: 'The files written, with sizes in bytes.' } },
  params: z.strictObject({
    path: z
      .string()
      .default('')
      .meta({
        title: 'Folder',
        description: 'A folder in the workspace, such as exports/my-model.',
        control: 'file',
        takes: ['/'],
      } satisfies ParamMeta),
  }),
  summary: ({ path }) => [['folder', path === '' ? 'none chosen' : path]],
  meanings: exportMeanings,
  // The folder may have changed since: the node checks each time, and writes only what is missing.
  caching: 'volatile',
  check: ({ path }) =>
    path === ''
      ? [
          {
            param: 'path',
            message: 'Choose a folder in the workspace, such as exports/my-model.',
          },
        ]
      : [],
  device: { needs: 'cpu', affectsResult: false },
  lane: 'bulk',
  migrations: [],
});
