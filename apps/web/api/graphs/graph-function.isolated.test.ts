import { readFile } from 'node:fs/promises';
import { parseGraph, serializeGraph } from '@graft/graph';
import { registry } from '@graft/nodes/definitions';
import { documentStore, provideNodeTypes } from '@graft/view';
import { beforeAll, expect, it } from 'vitest';
import { graphFunction } from './graph-function.ts';

const example = new URL('../../../../examples/rag-quickstart.graft.json', import.meta.url);
let text: string;

beforeAll(async () => {
  provideNodeTypes(registry);
  text = await readFile(example, 'utf8');
});

/** The function of the graph in a text. */
function opened(graph: string) {
  const path = 'rag-quickstart.graft.json';
  const baseGraph = parseGraph(graph, path);
  documentStore.getState().open({ path, base: 'r', baseText: graph, baseGraph });
  return graphFunction();
}

const inputs = (graph: string) => opened(graph)?.inputs.map(({ node }) => node);

it('is asked by questions that are answered, not by those that a training learns from', async () => {
  expect(inputs(text)).toEqual(['questions']);
  const file = new URL('which-way/which-way.graft.json', example);
  const way = await readFile(file, 'utf8');
  for (const use of ['retrieval', 'lora-on-passages', 'lora-and-retrieval', 'all-weights'])
    expect(inputs(way.replaceAll('"use": "#retrieval"', `"use": "#${use}"`)), use).toEqual([
      ...['questions', 'questions-after'],
    ]);
});

it('is asked by all of its questions where none leads to an answer', () => {
  const graph = parseGraph(text);
  const edges = graph.edges.filter(({ source }) => source !== 'questions');
  expect(inputs(serializeGraph({ ...graph, edges }))).toEqual(['questions']);
});

it('turns every adapter off that takes part in the answers', () => {
  expect(opened(text)?.adaptersOff).toEqual([
    { node: 'generate', param: 'adapterWeights', value: [0] },
  ]);
});

it('has nothing to turn off where another node answers without the adapter', () => {
  const graph = parseGraph(text);
  const { generate } = graph.nodes;
  if (generate === undefined) throw new Error('The example has no Generate.');
  const edges = graph.edges.flatMap((edge) => {
    if (edge.target !== 'generate') return [edge];
    return edge.targetPort === 'adapters' ? [edge] : [edge, { ...edge, target: 'before' }];
  });
  const both = { ...graph, nodes: { ...graph.nodes, before: generate }, edges };
  expect(opened(serializeGraph(both))?.adaptersOff).toEqual([]);
});

it('has nothing to turn off where there is no adapter, or the file has them off', () => {
  const cut = text.replace(/\s*"adapter\.adapter -> generate\.adapters",/, '');
  expect(cut).not.toBe(text);
  expect(opened(cut)?.adaptersOff).toEqual([]);
  const off = text.replace(/("adapterWeights": \[)\s*1\s*(\])/, '$1 0 $2');
  expect(off).not.toBe(text);
  expect(opened(off)?.adaptersOff).toEqual([]);
});
