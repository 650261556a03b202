import type { InternalNode } from '@xyflow/react';
import { expect, it } from 'vitest';
import { leastZoom } from './least-zoom.ts';

const pane = { width: 800, height: 600 };
const card = (x: number, y: number) => {
  const at: Pick<InternalNode, 'measured' | 'internals'>['internals'] = {
    positionAbsolute: { x, y },
    z: 0,
    userNode: { id: '', position: { x, y }, data: {} },
  };
  return { measured: { width: 200, height: 100 }, internals: at };
};

it('lets a graph be zoomed out to somewhat less than it is when it is fitted, in steps', () => {
  const wide = [card(0, 0), card(7_800, 0)];
  // Fitted at 0.1.
  const least = leastZoom(wide, pane);
  expect(least).toBeLessThan(0.1);
  expect(least).toBeGreaterThan(0.02);
  expect(leastZoom([card(0, 0), card(7_700, 0)], pane)).toBe(least);
});

it('leaves a small graph some room, and a huge one all of it', () => {
  expect(leastZoom([card(0, 0)], pane)).toBeGreaterThanOrEqual(0.2);
  expect(leastZoom([], pane)).toBeGreaterThanOrEqual(0.2);
  expect(leastZoom([card(0, 0), card(500_000, 0)], pane)).toBe(0.02);
});
