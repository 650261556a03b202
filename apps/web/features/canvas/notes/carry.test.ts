import { expect, it } from 'vitest';
import { carry } from './carry.ts';

const card = (id: string, x: number, y: number) => ({
  ...{ id, type: 'graph', data: {}, position: { x, y } },
  measured: { width: 100, height: 100 },
});
const frame = (id: string, x: number, size: number) => ({
  ...{
    id: `group:${id}`,
    type: 'frame',
    data: {},
    position: { x, y: 0 },
    width: size,
    height: size,
  },
});
const nodes = [
  frame('all', 0, 400),
  frame('inner', 50, 200),
  card('in', 60, 60),
  card('out', 380, 0),
];
const moved = (id: string, x: number, dragging: boolean) => ({
  ...{ id, type: 'position' as const, position: { x, y: 10 }, dragging },
});

it('moves what stands in a group with it, as a whole or by its middle, and each thing once', () => {
  expect(carry([moved('in', 70, true)], nodes)).toEqual([moved('in', 70, true)]);
  const changes = carry([moved('group:all', 5, false), moved('in', 65, false)], nodes);
  expect(changes).toEqual([
    moved('group:all', 5, false),
    moved('in', 65, false),
    { ...moved('group:inner', 55, false) },
  ]);
  expect(
    carry([moved('group:inner', 51, false)], nodes).map((change) => 'id' in change && change.id),
  ).toEqual([...['group:inner', 'in']]);
});

it('carries what it was taken hold of with, wherever it goes, until it is let go', () => {
  const ids = (changes: ReturnType<typeof carry>) =>
    changes.flatMap((change) => ('id' in change ? change.id : []));
  expect(ids(carry([moved('group:inner', 300, true)], nodes))).toEqual(['group:inner', 'in']);
  const far = [
    frame('all', 0, 400),
    frame('inner', 300, 200),
    card('in', 310, 60),
    card('out', 380, 0),
  ];
  expect(ids(carry([moved('group:inner', 310, true)], far))).toEqual(['group:inner', 'in']);
  expect(ids(carry([moved('group:inner', 310, false)], far))).toEqual(['group:inner', 'in']);
  expect(ids(carry([moved('group:inner', 311, false)], far))).toEqual(['group:inner', 'in', 'out']);
});
