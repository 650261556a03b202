import { describe, expect, it } from 'vitest';
import { mostHeight, ScrollPlace } from './scroll-place.ts';

const view = 800;
function placed(total: number): ScrollPlace {
  const place = new ScrollPlace();
  place.total = total;
  return place;
}

it('is where the scroller is in a list that can be drawn whole', () => {
  const place = placed(50_000);
  place.follow({ top: -100, view });
  expect([place.height, place.at, place.drawn(300)]).toEqual([50_000, -100, 300]);
  place.follow({ top: 30_000, view });
  expect(place.at).toBe(30_000);
  expect(place.go(12_345, view)).toBe(12_345);
});

describe('a list that is higher than what can be drawn', () => {
  const total = 40_000_000;

  it('is gone through by hand as any other', () => {
    const place = placed(total);
    expect(place.height).toBe(mostHeight);
    place.follow({ top: 0, view });
    for (let top = 0; top <= 3_000; top += 100) place.follow({ top, view });
    expect(place.at).toBe(3_000);
    // A row stands still on the screen between two steps.
    expect(place.drawn(3_050) - 3_000).toBe(50);
  });

  it('is jumped through by its share, from its first pixel to its last', () => {
    const place = placed(total);
    place.follow({ top: mostHeight / 2, view });
    expect(place.at / total).toBeCloseTo(0.5, 3);
    place.follow({ top: mostHeight - view, view });
    expect(place.at).toBe(total - view);
    place.follow({ top: 0, view });
    expect(place.at).toBe(0);
  });

  it('goes to a place and is there, also once the scroller tells of it', () => {
    const place = placed(total);
    for (const at of [0, 777, 20_000_000, total - view]) {
      const top = place.go(at, view);
      expect(top).toBeGreaterThanOrEqual(0);
      expect(top).toBeLessThanOrEqual(mostHeight - view);
      place.follow({ top, view });
      expect(place.at).toBeCloseTo(at, 0);
    }
  });
});
