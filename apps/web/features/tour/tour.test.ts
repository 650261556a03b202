import { expect, it } from 'vitest';
import { cardPlace } from './tour.tsx';

const view = { width: 1000, height: 700 };
const card = { width: 300, height: 150 };

it.each([
  ['a button at the top: below it', { left: 850, top: 8, width: 90, height: 28 }, [686, 50]],
  ['a bar at the bottom: above it', { left: 200, top: 620, width: 500, height: 80 }, [300, 456]],
  ['a panel on the left: to its right', { left: 0, top: 44, width: 220, height: 656 }, [234, 297]],
  [
    'a panel on the right: to its left',
    { left: 640, top: 44, width: 360, height: 656 },
    [326, 297],
  ],
  ['all of the window: in it', { left: 0, top: 0, width: 1000, height: 700 }, [350, 494]],
])('stands cardPlace %s', (_, box, [left, top]) => {
  expect(cardPlace(box, card, view)).toEqual({ left, top });
});

it('stands in the middle where there is nothing to stand beside', () => {
  expect(cardPlace(undefined, card, view)).toEqual({ left: 350, top: 275 });
});
