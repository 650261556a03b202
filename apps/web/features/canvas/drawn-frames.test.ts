import { parseGraph } from '@graft/graph';
import { expect, it } from 'vitest';
import { freePlace } from './drawn-frames.ts';
import { meets, provideNodeTypes } from '@graft/view';

provideNodeTypes(new Map());

const any = { type: 'any', version: 1, params: {} };
const note = { x: -100, y: -50, width: 400, height: 300 };
const group = { x: -300, y: 240, width: 900, height: 400 };
const graph = parseGraph(
  JSON.stringify({
    graft: 1,
    nodes: { a: any },
    notes: { said: { text: 'said', ...note } },
    groups: { held: { title: 'Held', ...group } },
    layout: { a: [-250, 320] },
  }),
);
const card = { width: 206, height: 140 };

it('puts a new node neither on a note nor into a group', () => {
  const place = { ...freePlace(graph), ...card };
  expect(meets(place, note) || meets(place, group)).toBe(false);
});

it('puts one that is added beside a node into its group', () => {
  expect(freePlace(graph, 'a')).toEqual({ x: 12, y: 320 });
  expect(freePlace({ ...graph, notes: {} }, 'a', 'left')).toEqual({ x: -512, y: 320 });
});
