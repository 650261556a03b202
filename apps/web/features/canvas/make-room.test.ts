import { parseGraph, type Edge, type Graph } from '@graft/graph';
import fc from 'fast-check';
import { beforeAll, expect, it } from 'vitest';
import { drawnFrames, groupFrames } from './drawn-frames.ts';
import { freePlace, settled, withRoom } from './make-room.ts';
import { meets, provideNodeTypes } from '@graft/view';

beforeAll(() => provideNodeTypes(new Map()));

const any = { type: 'any', version: 1, params: {} };
const edge = (source: string, target: string): Edge => ({
  ...{ source, sourcePort: 'out' },
  ...{ target, targetPort: 'in' },
});
function graphOf(
  layout: Readonly<Record<string, readonly [number, number]>>,
  edges: readonly string[],
  more: object = {},
): Graph {
  const nodes = Object.fromEntries(Object.keys(layout).map((id) => [id, any]));
  return parseGraph(
    JSON.stringify({
      ...{ graft: 1, nodes, layout, ...more },
      edges: edges.map((edge) => edge.replace(' -> ', '.out -> ') + '.in').sort(),
    }),
  );
}
const covered = (graph: Graph): boolean => {
  const all = drawnFrames(graph);
  return all.some((card, at) => all.slice(at + 1).some((other) => meets(card, other)));
};

it('makes room right of the source of the edge that a node is put on, and moves all that is right of it', () => {
  const graph = graphOf(
    // `new` was dropped between a and b; `side` and `far` have no edges.
    { a: [0, 0], new: [100, 10], b: [262, 0], c: [524, 0], side: [800, 20], far: [262, 400] },
    ['a -> new', 'new -> b', 'b -> c'],
    {
      notes: { said: { text: 'of c', x: 524, y: 110, width: 206, about: 'c' } },
      groups: {
        end: { title: 'End', x: 500, y: -60, width: 254, height: 260 },
        all: { title: 'All', x: 0, y: -80, width: 754, height: 300 },
      },
    },
  );
  const { layout, notes, groups } = withRoom(graph, 'new', edge('a', 'b'));
  expect(layout).toEqual({
    ...{ a: { x: 0, y: 0 }, new: { x: 262, y: 10 }, b: { x: 524, y: 0 }, c: { x: 786, y: 0 } },
    ...{ side: { x: 1062, y: 20 }, far: { x: 524, y: 400 } },
  });
  expect(notes?.['said']?.x).toBe(786);
  expect(groups?.['end']).toMatchObject({ x: 762, width: 254 });
  expect(groups?.['all']).toMatchObject({ x: 0, width: 1016 });
});

it('leaves all where it is where there is room already', () => {
  const graph = graphOf({ a: [0, 0], new: [262, 30], b: [540, 0] }, ['a -> new', 'new -> b']);
  expect(withRoom(graph, 'new', edge('a', 'b'))).toBe(graph);
});

it('finds a place for one on an edge that leads back', () => {
  const graph = graphOf({ a: [500, 0], new: [300, 0], b: [100, 0] }, ['a -> new', 'new -> b']);
  const { layout } = withRoom(graph, 'new', edge('a', 'b'));
  expect([layout['a'], layout['b']]).toEqual([graph.layout['a'], graph.layout['b']]);
  expect(covered({ ...graph, layout })).toBe(false);
});

it('covers nothing, and moves nothing left or up, wherever a node is dropped on whichever edge', () => {
  const ids = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
  const places = fc.uniqueArray(fc.tuple(fc.nat(4), fc.nat(3)), {
    ...{ minLength: 7, maxLength: 7 },
    selector: String,
  });
  const drop = fc.tuple(fc.integer({ min: -200, max: 1500 }), fc.integer({ min: -200, max: 700 }));
  fc.assert(
    fc.property(places, drop, fc.nat(5), (spots, [x, y], at) => {
      const layout = Object.fromEntries(
        ids.map((id, n) => [id, [(spots[n]?.[0] ?? 0) * 262, (spots[n]?.[1] ?? 0) * 140] as const]),
      );
      const chain = ids.slice(1).map((id, n) => `${ids[n] ?? ''} -> ${id}`);
      const [from = '', to = ''] = chain[at]?.split(' -> ') ?? [];
      const others = chain.filter((_, n) => n !== at);
      const graph = graphOf({ ...layout, new: [x, y] }, [
        ...others,
        ...[`${from} -> new`, `new -> ${to}`],
      ]);
      const roomy = withRoom(graph, 'new', edge(from, to));
      expect(covered(roomy)).toBe(false);
      for (const id of ids) {
        expect(roomy.layout[id]?.y).toBe(graph.layout[id]?.y);
        expect(roomy.layout[id]?.x).toBeGreaterThanOrEqual(graph.layout[id]?.x ?? Infinity);
      }
    }),
  );
});

it('settles a node off cards and notes, and within a group', () => {
  const graph = graphOf({ a: [0, 0], new: [20, 10] }, [], {
    notes: { said: { text: 'said', x: 230, y: 0, width: 206, height: 100 } },
    groups: { all: { title: 'All', x: -100, y: -100, width: 900, height: 900 } },
  });
  const there = settled(graph, 'new');
  expect(covered(there)).toBe(false);
  expect(there.layout['new']).toEqual({ x: 20, y: 124 });
  expect(groupFrames(there)).toEqual(groupFrames(graph));
});

const noteFrame = { x: -100, y: -50, width: 400, height: 300 };
const groupFrame = { x: -300, y: 240, width: 900, height: 400 };
const withNote = parseGraph(
  JSON.stringify({
    graft: 1,
    nodes: { a: any },
    notes: { log: { text: 'log', ...noteFrame } },
    groups: { held: { title: 'Held', ...groupFrame } },
    layout: { a: [-250, 320] },
  }),
);
const card = { width: 206, height: 140 };

it('puts a new node neither on a note nor into a group', () => {
  const place = { ...freePlace(withNote), ...card };
  expect(meets(place, noteFrame) || meets(place, groupFrame)).toBe(false);
});

it('puts one that is added beside a node into its group', () => {
  expect(freePlace(withNote, { other: 'a' })).toEqual({ x: 12, y: 320 });
  expect(freePlace({ ...withNote, notes: {} }, { other: 'a', side: 'left' })).toEqual({
    x: -512,
    y: 320,
  });
});
