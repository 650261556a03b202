import { parseGraph } from '@graft/graph';
import { expect, it } from 'vitest';
import { tidied } from './tidied.ts';

const note = { text: 'said', x: 700, y: 500, width: 206, height: 60 };
const graph = parseGraph(
  JSON.stringify({
    graft: 1,
    nodes: Object.fromEntries(
      ['a', 'b', 'c'].map((id) => [id, { type: 'unheard-of', version: 1, params: {} }]),
    ),
    edges: ['a.out -> c.in', 'b.out -> c.in'],
    notes: { about: { ...note, about: 'a' }, free: { ...note, x: 100, y: -100 } },
    groups: {
      sources: { title: 'Sources', x: 80, y: 80, width: 300, height: 900 },
      empty: { title: 'Empty', x: 5000, y: 0, width: 100, height: 100 },
    },
    layout: { a: [100, 100], b: [100, 800], c: [900, 100] },
  }),
);

it('lays notes below their nodes, with room for them, and draws groups around what stood in them', () => {
  const { layout, notes, groups } = tidied(graph);
  expect(layout['a']).toEqual({ x: 0, y: 0 });
  const [about, below] = [notes?.['about'], layout['b']];
  expect(about).toMatchObject({ x: 0, y: 116 });
  expect(below?.y).toBeGreaterThanOrEqual((about?.y ?? 0) + 60 + 16);
  // As far from the graph as it was.
  expect(notes?.['free']).toMatchObject({ x: 0, y: -200 });
  const { x, y, width, height } = groups?.['sources'] ?? { x: 0, y: 0, width: 0, height: 0 };
  expect({ x, y, width }).toEqual({ x: -24, y: -44, width: 254 });
  expect(y + height).toBe((below?.y ?? 0) + 100 + 24);
  expect(groups?.['empty']).toEqual(graph.groups?.['empty']);
});
