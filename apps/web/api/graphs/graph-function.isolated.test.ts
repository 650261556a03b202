import { readFile } from 'node:fs/promises';
import { parseGraph } from '@graft/graph';
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

it('turns every adapter off that takes part in the answers', () => {
  expect(opened(text)?.adaptersOff).toEqual([
    { node: 'generate', param: 'adapterWeights', value: [0] },
  ]);
});

it('has nothing to turn off where there is no adapter, or the file has them off', () => {
  const cut = text.replace(/\s*"adapter\.adapter -> generate\.adapters",/, '');
  expect(cut).not.toBe(text);
  expect(opened(cut)?.adaptersOff).toEqual([]);
  const off = text.replace(/("adapterWeights": \[)\s*1\s*(\])/, '$1 0 $2');
  expect(off).not.toBe(text);
  expect(opened(off)?.adaptersOff).toEqual([]);
});
