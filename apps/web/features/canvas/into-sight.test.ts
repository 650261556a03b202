import { expect, it } from 'vitest';
import { shiftIntoSight } from './viewport.ts';

const room = { width: 800, height: 600 };
const size = { width: 206, height: 100 };

it('leaves a card where it is in sight, and scrolls just as far as brings it there', () => {
  expect(shiftIntoSight({ left: 300, top: 200, ...size }, room)).toEqual({ right: 0, down: 0 });
  expect(shiftIntoSight({ left: 700, top: 200, ...size }, room)).toEqual({ right: -146, down: 0 });
});

it('keeps a card clear of the overview in the lower left corner', () => {
  const { right, down } = shiftIntoSight({ left: 20, top: 520, ...size }, room);
  expect(right).toBe(0);
  expect(520 + down + size.height).toBe(600 - 96 - 30);
  expect(shiftIntoSight({ left: 300, top: 460, ...size }, room)).toEqual({ right: 0, down: 0 });
});

it('puts it beside the overview where there is no room above', () => {
  const low = { width: 800, height: 220 };
  expect(shiftIntoSight({ left: 60, top: 100, ...size }, low)).toEqual({ right: 118, down: 0 });
});
