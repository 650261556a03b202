import { expect, it } from 'vitest';
import { snapped } from './snapped.ts';

const size = { width: 206, height: 120 };
const others = [
  { x: 0, y: 0, ...size },
  { x: 0, y: 400, ...size },
];

it('stands in the row of a card and as far beside it as columns are apart', () => {
  expect(snapped({ x: 275, y: 31, ...size }, others)).toEqual({ x: 262, y: 0 });
});

it('stands in the column of a card', () => {
  expect(snapped({ x: -9, y: 200, ...size }, others)).toEqual({ x: 0, y: 200 });
});

it('stays where nothing is near', () => {
  expect(snapped({ x: 700, y: 200, ...size }, others)).toEqual({ x: 700, y: 200 });
});
