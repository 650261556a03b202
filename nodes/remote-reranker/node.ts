import { CrossEncoderModel, defineNode } from '@graft/graph';
import { z } from 'zod';
import {
  addressClashes,
  addressParam,
  askingOf,
  batchParam,
  keyParam,
  remoteAddress,
  remoteParams,
  servedModelParam,
  shortAddress,
} from '../kit/remote/definition.ts';

export const exampleAddress = 'http://127.0.0.1:8080';

export const remoteReranker = defineNode({
  type: 'remote-reranker',
  version: 1,
  implementation: 1,
  title: 'Remote reranker',
  group: 'retrieval',
  doc: 'A cross-encoder on a server that answers at /rerank: llama.cpp, Text Embeddings Inference, vLLM, or a hosted service. Connect it to Rerank, and choose the method “trained” there.',
  synonyms: ['cross-encoder', 'api', 'endpoint', 'llama.cpp', 'vllm', 'tei', 'jina', 'cohere'],
  inputs: {},
  outputs: {
    reranker: {
      type: CrossEncoderModel,
      doc: 'The reranker, identified by its address and name.',
    },
  },
  params: z.strictObject({
    url: addressParam(exampleAddress, 'Address of the server: what comes before /rerank.'),
    model: servedModelParam('The model’s name on the server. Empty: the only one that it serves.', {
      modelKind: 'cross-encoder',
    }),
    key: keyParam,
    ...remoteParams,
    batch: batchParam('passages'),
  }),
  summary: ({ model, url }) => [
    ['model', model === '' ? 'the only one' : model],
    ['at', shortAddress(url)],
  ],
  caching: 'pure',
  facets(params) {
    const url = remoteAddress(params.url);
    if (url === undefined) return {};
    const crossEncoder = { model: params.model, remote: askingOf(url, params) };
    return { reranker: { crossEncoder } };
  },
  check: ({ url }) => addressClashes(url, exampleAddress),
  device: { needs: 'cpu', affectsResult: false },
  migrations: [],
});

/** For people: the model's name, else its server's. */
export function rerankerName(url: string, model: string): string {
  return model === '' ? new URL(url).host : model;
}
