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
    { id: 'ms-marco-MiniLM-L6-v2', node: 'rerank' },
    { id: 'all-MiniLM-L6-v2', node: 'rerank' },
  ]);
});
