import { defineNode, Model, type ParamMeta, secretParam } from '@graft/graph';
import { z } from 'zod';
import { remoteAddress } from './address.ts';

export const remoteModel = defineNode({
  type: 'remote-model',
  version: 1,
  implementation: 1,
  title: 'Remote model',
  group: 'language-model',
  doc: 'A language model behind an OpenAI-compatible endpoint: Ollama, vLLM, LM Studio, llama.cpp, or a hosted one. It answers like a local model; nodes that need its weights refuse it.',
  synonyms: ['openai', 'api', 'endpoint', 'ollama', 'vllm', 'llm'],
  inputs: {},
  outputs: { model: { type: Model, doc: 'The model, identified by its address and name.' } },
  params: z.strictObject({
    url: z
      .string()
      .default('http://127.0.0.1:11434/v1')
      .meta({
        title: 'Address',
        description:
          'Address of the OpenAI-compatible endpoint. This machine is always allowed; the operator allows others in GRAFT_ENDPOINTS.',
      } satisfies ParamMeta),
    model: z
      .string()
      .default('')
      .meta({
        title: 'Model',
        description: 'What the server calls it.',
      } satisfies ParamMeta),
    key: secretParam(
      'Key',
      'The name of a secret, set by whoever runs Graft; never the key itself. It is sent only to the addresses it is bound to there.',
    ),
    context: z
      .int()
      .min(128)
      .max(10_000_000)
      .default(4096)
      .meta({
        title: 'Context',
        unit: 'tokens',
        description:
          'The most that the server is set up to read and write. Some servers silently cut longer prompts.',
      } satisfies ParamMeta),
    revision: z
      .string()
      .default('')
      .meta({
        title: 'Revision',
        description:
          'Anything that tells versions of the model apart, such as a date. A new value asks everything anew; otherwise answers stay as they were when first asked.',
        advanced: true,
      } satisfies ParamMeta),
    fields: z
      .record(z.string(), z.unknown())
      .default({})
      .meta({
        title: 'Fields',
        description:
          'Further fields of each request, as the server takes them; they override what Graft sends, and null removes a field.',
        advanced: true,
      } satisfies ParamMeta),
    concurrency: z
      .int()
      .min(1)
      .max(64)
      .default(4)
      .meta({
        title: 'Concurrency',
        unit: 'requests',
        description: 'Requests at once, over everything that this Graft runs.',
        advanced: true,
        affectsResult: false,
      } satisfies ParamMeta),
    timeout: z
      .int()
      .min(1)
      .max(3600)
      .default(120)
      .meta({
        title: 'Timeout',
        unit: 'seconds',
        description:
          'How long the server may be silent; an answer may take ten times as long in all.',
        advanced: true,
        affectsResult: false,
      } satisfies ParamMeta),
    retries: z
      .int()
      .min(0)
      .max(10)
      .default(4)
      .meta({
        title: 'Retries',
        description:
          'How often to try again after a failure that may pass: a broken connection, 408, 429 or 5xx.',
        advanced: true,
        affectsResult: false,
      } satisfies ParamMeta),
  }),
  summary: ({ url, model }) => [
    ['model', model === '' ? 'none yet' : model],
    ['at', remoteAddress(url)?.replace(/^https?:\/\//, '') ?? 'no address yet'],
  ],
  caching: 'pure',
  facets({ url: text, model, key, context, concurrency, timeout, retries }) {
    const url = remoteAddress(text);
    if (url === undefined || model === '') return {};
    return {
      model: {
        model: {
          ...{ id: model, architecture: 'remote', contextLength: context },
          remote: {
            ...(key === null ? {} : { secret: key.$secret }),
            ...{ url, parallel: concurrency, timeout, retries },
          },
        },
      },
    };
  },
  check({ url, model, fields }) {
    const { n = 1 } = fields;
    return [
      ...(remoteAddress(url) === undefined
        ? [
            {
              param: 'url',
              message:
                'Give an address such as http://127.0.0.1:11434/v1, without name, password or query; name a key below.',
            },
          ]
        : []),
      ...(model === '' ? [{ param: 'model', message: 'Name a model on the server.' }] : []),
      ...(n === 1 || n === null
        ? []
        : [
            {
              param: 'fields',
              message:
                'A prompt gets one answer: take n, the number of choices, out of the fields.',
            },
          ]),
    ];
  },
  device: { needs: 'cpu', affectsResult: false },
  migrations: [],
});
