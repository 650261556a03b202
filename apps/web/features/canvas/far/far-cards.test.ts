import { describe, expect, it } from 'vitest';
import { farScale, nearScale } from './far-cards.ts';

describe('farScale', () => {
  it('leaves nodes as they are where they can be read', () => {
    expect(farScale(1)).toBeUndefined();
    expect(farScale(0.6)).toBeUndefined();
  });

  it('keeps titles about as large on the screen, whatever the zoom', () => {
    for (let zoom = 0.59; zoom > 0.18; zoom -= 0.005) {
      const seen = zoom * (farScale(zoom) ?? 0);
      expect(seen).toBeGreaterThan(0.9);
      expect(seen).toBeLessThan(1.1);
    }
  });

  it('changes in few steps', () => {
    const zooms = Array.from({ length: 420 }, (_, at) => 0.18 + at / 1000);
    expect(new Set(zooms.map(farScale)).size).toBeLessThan(10);
  });

  it('lets titles go where the whole node is too small for them', () => {
    expect(farScale(0.02)).toBe(farScale(0.18));
  });
});

describe('nearScale', () => {
  it('keeps letters of 10.2 px at 10 px on the screen, from where cards are drawn whole up to where they are large enough', () => {
    for (let zoom = 0.6; zoom < 0.93; zoom += 0.005)
      expect(10.2 * zoom * (nearScale(zoom) ?? 0)).toBeGreaterThanOrEqual(10);
    expect(nearScale(0.93)).toBeUndefined();
    expect(nearScale(0.59)).toBeUndefined();
  });
});
