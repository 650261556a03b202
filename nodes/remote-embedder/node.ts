import { defineNode, type EmbedderFacet, EmbedderModel, type ParamMeta } from '@graft/graph';
import { z } from 'zod';
import {
  addressClashes,
  addressParam,
  askingOf,
  batchParam,
  keyParam,
  namelessClash,
  remoteAddress,
  remoteDigest,
  remoteParams,
  servedModelParam,
  shortAddress,
} from '../kit/remote/definition.ts';

export const exampleAddress = 'http://127.0.0.1:11434/v1';

function promptParam(title: string, before: string) {
  return z
    .string()
    .default('')
    .meta({
      title,
      description: `Text before each ${before}, if the model was trained with one. Empty: none.`,
      advanced: true,
    } satisfies ParamMeta);
}

export const remoteEmbedder = defineNode({
  type: 'remote-embedder',
  version: 1,
  implementation: 1,
  title: 'Remote embedder',
  group: 'retrieval',
  doc: 'A sentence embedder behind an OpenAI-compatible endpoint: Ollama, vLLM, LM Studio, llama.cpp, Text Embeddings Inference, or a hosted service. Connect it to Embed and to Retrieve.',
  synonyms: ['openai', 'api', 'endpoint', 'ollama', 'vllm', 'tei', 'embeddings'],
  inputs: {},
  outputs: {
    embedder: { type: EmbedderModel, doc: 'The embedder, identified by its address and name.' },
  },
  params: z.strictObject({
    url: addressParam(
      exampleAddress,
      'Address of the OpenAI-compatible endpoint, which answers at /embeddings below it.',
    ),
    model: servedModelParam(undefined, { modelKind: 'embedder' }),
    dimension: z
      .int()
      .min(1)
      .max(65_536)
      .default(768)
      .meta({
        title: 'Dimension',
        unit: 'numbers',
        description:
          'The length of the vectors that the server returns. If it is wrong, the run fails and names the right one.',
      } satisfies ParamMeta),
    key: keyParam,
    passagePrompt: promptParam('Passage prompt', 'chunk, such as passage: for E5'),
    questionPrompt: promptParam('Question prompt', 'question, such as query: for E5'),
    ...remoteParams,
    batch: batchParam('texts'),
  }),
  summary: ({ model, url, dimension }) => [
    ['model', model === '' ? 'no name yet' : model],
    ['at', shortAddress(url)],
    ['dimension', String(dimension)],
  ],
  caching: 'pure',
  facets(params) {
    const url = remoteAddress(params.url);
    if (url === undefined || params.model === '') return {};
    const { model, dimension, passagePrompt: prompt } = params;
    const embedder: EmbedderFacet = {
      ...{ model, dimension, digest: embedderDigest(url, params) },
      ...(prompt === '' ? {} : { prompt }),
      ...{ engine: 'remote', remote: askingOf(url, params) },
    };
    return { embedder: { embedder } };
  },
  check: ({ url, model }) => [
    ...addressClashes(url, exampleAddress),
    ...(model === '' ? [namelessClash] : []),
  ],
  device: { needs: 'cpu', affectsResult: false },
  migrations: [],
});

/** Of everything that its vectors depend on. */
export function embedderDigest(
  url: string,
  params: z.output<(typeof remoteEmbedder)['params']>,
): string {
  const { model, fields, revision, dimension, passagePrompt, questionPrompt } = params;
  return remoteDigest(
    { url, model, fields },
    { revision, dimension, prompts: [questionPrompt, passagePrompt] },
  );
}
