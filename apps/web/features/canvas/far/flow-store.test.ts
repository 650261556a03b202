import type { InternalNode } from '@xyflow/react';
import { describe, expect, it } from 'vitest';
import { hasInSight } from './flow-store.ts';

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
