import { emptyGraph, type Graph } from '@graft/graph';
import { registry } from '@graft/nodes/definitions';
import { beforeAll, expect, it } from 'vitest';
import { provideNodeTypes } from '@graft/view';
import { modelsOf } from './models-of.ts';

beforeAll(async () => {
  provideNodeTypes(registry);
});

const reranked = (params: Record<string, unknown>, rest: Partial<Graph> = {}): Graph => ({
  ...emptyGraph,
  nodes: { rerank: { type: 'rerank', version: 1, params } },
  ...rest,
});
const ids = (graph: Graph): string[] => modelsOf(graph).map(({ id }) => id);

it('names the models of the method that is set, and no other', () => {
  expect(ids(reranked({}))).toEqual(['all-MiniLM-L6-v2']);
  expect(ids(reranked({ method: 'cross-encoder' }))).toEqual(['ms-marco-MiniLM-L6-v2']);
  expect(ids(reranked({ method: 'none' }))).toEqual([]);
});

it('names those of methods that an experiment tries, each once and with its first node', () => {
  const experiments = { ways: { vary: { 'rerank.method': ['cross-encoder'] } } };
  const graph = reranked({}, { experiments });
  const nodes = { ...graph.nodes, embed: { type: 'embed', version: 1, params: {} } };
  expect(modelsOf({ ...graph, nodes })).toEqual([
    { id: 'ms-marco-MiniLM-L6-v2', node: 'rerank', param: 'model' },
    { id: 'all-MiniLM-L6-v2', node: 'rerank', param: 'embedder' },
  ]);
});

it('names the models of servers, with the server that is asked', () => {
  const remote = (params: Record<string, unknown>): Graph['nodes'][string] => ({
    ...{ type: 'remote-model', version: 1, params },
  });
  const nodes = {
    usual: remote({ model: 'smollm2:135m' }),
    same: remote({ model: 'smollm2:135m', url: 'http://127.0.0.1:11434/v1' }),
    other: remote({ model: 'smollm2:135m', url: 'http://10.0.0.5:8000/v1' }),
    unset: remote({}),
  };
  expect(modelsOf({ ...emptyGraph, nodes })).toEqual([
    { id: 'smollm2:135m', node: 'usual', param: 'model', server: '127.0.0.1:11434' },
    { id: 'smollm2:135m', node: 'other', param: 'model', server: '10.0.0.5:8000' },
  ]);
});
