import { describe, expect, it } from 'vitest';
import { farScale } from './far-cards.ts';

describe('farScale', () => {
  it('leaves nodes as they are where they can be read', () => {
    expect(farScale(1)).toBeUndefined();
    expect(farScale(0.5)).toBeUndefined();
  });

  it('keeps titles about as large on the screen, whatever the zoom', () => {
    for (let zoom = 0.49; zoom > 0.18; zoom -= 0.005) {
      const seen = zoom * (farScale(zoom) ?? 0);
      expect(seen).toBeGreaterThan(0.9);
      expect(seen).toBeLessThan(1.1);
    }
  });

  it('changes in few steps', () => {
    const zooms = Array.from({ length: 360 }, (_, at) => 0.18 + at / 1000);
    expect(new Set(zooms.map(farScale)).size).toBeLessThan(9);
  });

  it('lets titles go where the whole node is too small for them', () => {
    expect(farScale(0.02)).toBe(farScale(0.18));
  });
});
