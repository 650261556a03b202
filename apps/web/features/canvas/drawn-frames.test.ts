import { parseGraph } from '@graft/graph';
import { expect, it } from 'vitest';
import { roomBelow } from './drawn-frames.ts';

const graph = parseGraph(
  JSON.stringify({
    graft: 1,
    nodes: {
      below: { type: 'chunk', version: 1, params: {} },
      beside: { type: 'chunk', version: 1, params: {} },
    },
    edges: [],
    notes: {
      story: { text: 'Long', x: 0, y: 0, width: 300 },
      last: { text: 'Free', x: 0, y: 900, width: 300 },
    },
    layout: { below: [100, 200], beside: [280, 20] },
  }),
);

it('lets a note be as high as the room above what is below it', () => {
  expect(roomBelow(graph, 'story')).toBe(200 - 8);
  expect(roomBelow(graph, 'last')).toBe(Infinity);
});
