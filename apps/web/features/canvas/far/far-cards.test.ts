import type { InternalNode } from '@xyflow/react';
import { describe, expect, it } from 'vitest';
import { hasInSight, farScale } from './far-cards.ts';

/** Rows of 30 cards of 200 by 100 pixels, side by side. */
function cards(count: number) {
  return new Map(
    Array.from({ length: count }, (_, at) => {
      const position = { x: (at % 30) * 200, y: Math.floor(at / 30) * 100 };
      const internals: InternalNode['internals'] = {
        ...{ positionAbsolute: position, z: 0 },
        userNode: { id: String(at), position, data: {} },
      };
      return [String(at), { internals, measured: { width: 200, height: 100 } }];
    }),
  );
}

describe('hasInSight', () => {
  it.each([
    { where: 'all are seen', zoom: 0.1, count: 300, expected: true },
    { where: 'few are', zoom: 1, count: 300, expected: false },
    { where: 'there are few', zoom: 0.1, count: 200, expected: false },
  ])('where $where', ({ zoom, count, expected }) => {
    const sight = { transform: [0, 0, zoom] as const, width: 800, height: 600 };
    expect(hasInSight({ ...sight, nodeLookup: cards(count) }, 200)).toBe(expected);
  });
});

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
