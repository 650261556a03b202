import { Adapter, defineNode, Model, type ParamMeta } from '@graft/graph';
import { z } from 'zod';

export const loadAdapter = defineNode({
  type: 'load-adapter',
  version: 1,
  implementation: 1,
  title: 'Load adapter',
  group: 'training',
  doc: 'Reads a LoRA adapter trained elsewhere: a PEFT folder, or a GGUF adapter for llama.cpp. It checks every tensor against the model.',
  inputs: { model: { type: Model, doc: 'The base model that the adapter was trained on.' } },
  outputs: {
    adapter: { type: Adapter, doc: 'The adapter, ready to use like one trained in Graft.' },
  },
  params: z.strictObject({
    path: z
      .string()
      .default('')
      .meta({
        title: 'Adapter',
        description:
          'A folder in the workspace with adapter_config.json and adapter_model.safetensors, or a .gguf file.',
        control: 'file',
        takes: ['/', '.gguf'],
      } satisfies ParamMeta),
  }),
  summary: ({ path }) => [['adapter', path === '' ? 'none chosen' : path]],
  caching: 'pure',
  sources: ({ path }) => (path === '' ? [] : [{ kind: 'files', patterns: [path], param: 'path' }]),
  facets(_params, inputs) {
    const digest = inputs['model']?.model?.digest;
    return { adapter: { adapter: digest === undefined ? {} : { baseDigest: digest } } };
  },
  check: ({ path }) =>
    path === ''
      ? [{ param: 'path', message: 'Choose an adapter: a PEFT folder or a .gguf file.' }]
      : [],
  engines: ['training'],
  device: { needs: 'cpu', affectsResult: false },
  migrations: [],
});
