import { parseGraph } from '@graft/graph';
import { expect, it } from 'vitest';
import { copiedText } from './edit-actions.ts';
import { pasteText } from './paste-nodes.ts';

const graph = parseGraph(
  JSON.stringify({
    graft: 1,
    nodes: {
      chunk: { type: 'chunk', version: 1, params: { size: 9 } },
      'embed-2': { type: 'embed', version: 1, params: {} },
      other: { type: 'embed', version: 1, params: {} },
    },
    edges: ['chunk.chunks -> embed-2.chunks', 'chunk.chunks -> other.chunks'],
    layout: { chunk: [100, 50], 'embed-2': [300, 80] },
  }),
);

it('pastes what was copied, with the edges among it, under free ids', () => {
  const pasted = pasteText(graph, copiedText(graph, ['chunk', 'embed-2']), { x: 10, y: 20 });
  expect(pasted?.keys).toEqual(['chunk-2', 'embed']);
  expect(pasted?.graph.nodes['chunk-2']?.params).toEqual({ size: 9 });
  expect(pasted?.graph.layout).toMatchObject({
    'chunk-2': { x: 10, y: 20 },
    embed: { x: 210, y: 50 },
  });
  expect(pasted?.graph.edges.filter((edge) => edge.source === 'chunk-2')).toEqual([
    { source: 'chunk-2', sourcePort: 'chunks', target: 'embed', targetPort: 'chunks' },
  ]);
});

it('gives what has no place one, whatever it is called', () => {
  const bare = { graft: 1, nodes: { constructor: { type: 'chunk', version: 1 } } };
  const pasted = pasteText(graph, JSON.stringify(bare), { x: 10, y: 20 });
  expect(pasted?.graph.layout).toMatchObject({ constructor: { x: 10, y: 20 } });
});

it('pastes more nodes than a function takes arguments, beside those that they were copied from', () => {
  const ids = Array.from({ length: 130_000 }, (_, at) => `n-${at}`);
  const node = { type: 'chunk', version: 1, params: {} };
  const many = {
    ...graph,
    nodes: Object.fromEntries(ids.map((id) => [id, node])),
    ...{ edges: [], layout: Object.fromEntries(ids.map((id, at) => [id, { x: at, y: 7 }])) },
  };
  const written = JSON.stringify({
    ...{ graft: 1, nodes: many.nodes },
    layout: Object.fromEntries(ids.map((id, at) => [id, [at, 7]])),
  });
  const pasted = pasteText(many, written, { x: 10, y: 20 });
  expect(Object.keys(pasted?.graph.nodes ?? {})).toHaveLength(260_000);
  expect(pasted?.graph.layout['n']).toEqual({ x: 10, y: 20 });
});

it('leaves other text alone', () => {
  expect(pasteText(graph, 'some words', { x: 0, y: 0 })).toBeUndefined();
  expect(pasteText(graph, '{"graft": 1}', { x: 0, y: 0 })).toBeUndefined();
});

it('takes along the subgraphs that are used, renamed where another has the name', () => {
  const using = (size: number) =>
    parseGraph(
      JSON.stringify({
        graft: 1,
        nodes: { cut: { type: 'graph', version: 1, params: { use: '#cutter' } } },
        graphs: {
          cutter: { nodes: { chunk: { type: 'chunk', version: 1, params: { size } } } },
          other: { nodes: {} },
        },
      }),
    );
  const text = copiedText(using(9), ['cut']);
  const place = { x: 0, y: 0 };
  const fresh = pasteText(graph, text, place)?.graph;
  expect(Object.keys(fresh?.graphs ?? {})).toEqual(['cutter']);
  expect(fresh?.nodes['cut']?.params).toEqual({ use: '#cutter' });
  const taken = pasteText(using(8), text, place)?.graph;
  expect(Object.keys(taken?.graphs ?? {})).toEqual(['cutter', 'other', 'cutter-2']);
  expect(taken?.graphs?.['cutter-2']?.nodes['chunk']?.params).toEqual({ size: 9 });
  expect(taken?.nodes['cut-2']?.params).toEqual({ use: '#cutter-2' });
});
