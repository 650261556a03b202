import { defineNode, Model, type ParamMeta, secretParam } from '@graft/graph';
import { z } from 'zod';

export const remoteModel = defineNode({
  type: 'remote-model',
  version: 1,
  implementation: 1,
  title: 'Remote model',
  group: 'language-model',
  doc: 'A language model behind an OpenAI-compatible endpoint: Ollama, vLLM, LM Studio, llama.cpp, or a hosted service. It answers like a local model. Nodes that need the weights refuse it.',
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
          'Address of the OpenAI-compatible endpoint. This machine is always allowed. The operator allows other addresses in GRAFT_ENDPOINTS.',
      } satisfies ParamMeta),
    model: z
      .string()
      .default('')
      .meta({
        title: 'Model',
        description: 'The model’s name on the server.',
      } satisfies ParamMeta),
    key: secretParam(
      'Key',
      'The name of a secret, never the key itself. The operator of Graft sets the secret and binds it to addresses; Graft sends it to no other.',
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
          'The context length that the server is set up for. Some servers silently cut longer prompts.',
      } satisfies ParamMeta),
    revision: z
      .string()
      .default('')
      .meta({
        title: 'Revision',
        description:
          'Any text that identifies the model’s version, such as a date. A new value asks everything again; the same value reuses earlier answers.',
        advanced: true,
      } satisfies ParamMeta),
    fields: z
      .record(z.string(), z.unknown())
      .default({})
      .meta({
        title: 'Fields',
        description:
          'More fields for each request, as the server expects them. They override Graft’s own fields; null removes a field.',
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
        description: 'Requests at once, over all runs of this Graft.',
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
          'How long the server may be silent. A whole answer may take ten times as long.',
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
          'How often to try again after a temporary failure: a broken connection, 408, 429 or 5xx.',
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
                'Use an address such as http://127.0.0.1:11434/v1, without user name, password or query string. Enter the name of the key’s secret under Key.',
            },
          ]
        : []),
      ...(model === ''
        ? [{ param: 'model', message: 'Enter the name of a model on the server.' }]
        : []),
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

/**
 * Canonical form of an address: without trailing slashes, and without the path of a single request. Undefined if it is
 * invalid, or contains a name, password or query, which do not belong in a graph.
 */
export function remoteAddress(text: string): string | undefined {
  const trimmed = text.trim();
  if (!URL.canParse(trimmed)) return undefined;
  const { protocol, username, password, search, hash, origin, pathname } = new URL(trimmed);
  if (protocol !== 'http:' && protocol !== 'https:') return undefined;
  if (`${username}${password}${search}${hash}` !== '') return undefined;
  return origin + pathname.replace(/\/(chat\/completions)?\/*$/, '').replace(/\/+$/, '');
}
