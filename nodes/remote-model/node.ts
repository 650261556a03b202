import { defineNode, Model, type ParamMeta } from '@graft/graph';
import { z } from 'zod';
import {
  addressClashes,
  addressParam,
  askingOf,
  keyParam,
  namelessClash,
  remoteAddress,
  remoteParams,
  servedModelParam,
  shortAddress,
} from '../kit/remote/definition.ts';

export const remoteModel = defineNode({
  type: 'remote-model',
  version: 1,
  implementation: 1,
  title: 'Remote model',
  group: 'language-model',
  doc: 'A language model behind an OpenAI-compatible endpoint: Ollama, vLLM, LM Studio, llama.cpp, or a hosted service. It answers like a local model. Nodes that need the weights refuse it.',
  synonyms: ['openai', 'api', 'endpoint', 'ollama', 'vllm', 'llm'],
  inputs: {},
  outputs: {
    model: { type: Model, doc: 'The model, identified by its address and name.', remote: true },
  },
  params: z.strictObject({
    url: addressParam('http://127.0.0.1:11434/v1', 'Address of the OpenAI-compatible endpoint.'),
    model: servedModelParam(undefined, { modelKind: 'language-model' }),
    key: keyParam,
    context: z
      .int()
      .min(128)
      .max(10_000_000)
      .default(4096)
      .meta({
        title: 'Context',
        unit: 'tokens',
        description:
          'The context length that the server is set up for. Some servers silently cut longer prompts.',
      } satisfies ParamMeta),
    ...remoteParams,
  }),
  summary: ({ url, model }) => [
    ['model', model === '' ? 'none yet' : model],
    ['at', shortAddress(url)],
  ],
  caching: 'pure',
  facets({ url: text, model, context, ...how }) {
    const url = remoteAddress(text);
    if (url === undefined || model === '') return {};
    const facts = { id: model, architecture: 'remote', contextLength: context };
    return { model: { model: { ...facts, remote: askingOf(url, how) } } };
  },
  check({ url, model, fields }) {
    const { n = 1 } = fields;
    return [
      ...addressClashes(url, 'http://127.0.0.1:11434/v1'),
      ...(model === '' ? [namelessClash] : []),
      ...(n === 1 || n === null
        ? []
        : [
            {
              param: 'fields',
              message:
                'Each prompt gets one answer. Remove n, the number of choices, from the fields.',
            },
          ]),
    ];
  },
  device: { needs: 'cpu', affectsResult: false },
  migrations: [],
});
