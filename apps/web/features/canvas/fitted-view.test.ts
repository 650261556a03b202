import { expect, it } from 'vitest';
import { fittedView, openingView } from './fitted-view.ts';

const room = { width: 1056, height: 788 };
const box = (...[left, top, width, height]: readonly [number, number, number, number]) => ({
  ...{ left, top },
  ...{ right: left + width, bottom: top + height },
});

it('shows all, clear of the tools, as large as it is at most', () => {
  expect(fittedView(box(100, 200, 2000, 500), room)).toEqual({ x: -22, y: 153, zoom: 0.5 });
  expect(fittedView(box(0, 0, 200, 100), room).zoom).toBe(1);
});

it('leaves the room of a panel to come free, where that costs no zoom', () => {
  const { y, zoom } = fittedView(box(0, 0, 1000, 300), room, 200);
  expect(zoom).toBe(1);
  expect(y + 300).toBeLessThan(room.height - 200 - 60);
  expect(fittedView(box(0, 0, 1000, 600), room, 200).y).toBe(28);
  expect(fittedView(box(0, 0, 100, 1400), room, 200)).toMatchObject({ y: 28, zoom: 0.5 });
});

it('opens a graph that would be too small to read on its results, as far as they fit', () => {
  const all = box(0, 0, 4000, 3000);
  const results = [box(3500, 2600, 206, 150), box(3500, 100, 206, 150)];
  const { x, y, zoom } = openingView({ all, results }, room);
  expect(zoom).toBe(0.6);
  expect(x + 3706 * zoom).toBeLessThanOrEqual(room.width - 28);
  expect(y + 2600 * zoom).toBeGreaterThanOrEqual(28);
  expect(y + 2750 * zoom).toBeLessThanOrEqual(room.height - 60);
  // No empty room is shown beyond the graph.
  expect(x + 4000 * zoom).toBeGreaterThanOrEqual(room.width - 28);
  expect(openingView({ all: box(0, 0, 2000, 900), results }, room).zoom).toBe(0.5);
});
