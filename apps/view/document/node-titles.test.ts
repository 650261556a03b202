import { GraphError, parseGraph } from '@graft/graph';
import { registry } from '@graft/nodes/definitions';
import { beforeAll, expect, it } from 'vitest';
import { stepTitle, untitled } from './node-titles.ts';
import { provideNodeTypes, usedGraphs } from './lookups.ts';

const graph = parseGraph(
  JSON.stringify({
    graft: 1,
    nodes: {
      again: { type: 'repeat', version: 1, params: { use: '#try' } },
      first: { type: 'graph', version: 1, params: { use: '#cut' } },
      second: { type: 'graph', version: 1, params: { use: '#cut' } },
      far: { type: 'graph', version: 1, title: 'Elsewhere', params: { use: 'lib/far.graft.json' } },
      lost: { type: 'graph', version: 1, params: { use: 'lib/lost.graft.json' } },
    },
    edges: [],
    graphs: {
      try: { nodes: { cut: { type: 'chunk', version: 1, params: {} } }, edges: [] },
      cut: {
        nodes: { piece: { type: 'chunk', version: 1, title: 'Pieces', params: {} } },
        edges: [],
      },
    },
  }),
);

beforeAll(async () => {
  provideNodeTypes(registry);
});

it('calls the way to a step as its nodes are called', () => {
  expect(stepTitle('again#2/cut', graph)).toBe('try#2/Chunk');
  expect(stepTitle('second/piece', graph)).toBe('cut (second)/Pieces');
  expect(stepTitle('again', graph)).toBe('try');
  expect(stepTitle('gone/piece', graph)).toBe('gone/piece');
});

it('calls what is within graphs of other files as it is called there', () => {
  usedGraphs.setState({
    lookup: (path) =>
      path === 'lib/far.graft.json' ? graph : new GraphError('missing-file', 'It is not there.'),
  });
  expect(stepTitle('far/again#2/cut', graph)).toBe('Elsewhere/try#2/Chunk');
  expect(stepTitle('far/far/second/piece', graph)).toBe('Elsewhere/Elsewhere/cut (second)/Pieces');
  expect(stepTitle('lost/piece', graph)).toBe('lost/piece');
});

it('calls an input or output by its name, where that says more than its type', () => {
  const port = (type: string, name: string) => ({ type, params: { name } });
  expect(untitled('output', port('output', ''))).toBe('Output');
  expect(untitled('output', port('output', 'hits'))).toBe('Output hits');
  expect(untitled('in', port('input', ''))).toBe('Input in');
});
