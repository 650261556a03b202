import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { topologicalOrder } from './topological-order.ts';

const edge = (source: string, target: string) => ({
  source,
  sourcePort: 'out',
  target,
  targetPort: 'in',
});

describe('topologicalOrder', () => {
  it('goes by depth, then by id', () => {
    const ids = ['a', 'b', 'c', 'd'];
    const { order } = topologicalOrder(ids, [edge('d', 'a'), edge('c', 'b'), edge('a', 'b')]);
    expect(order).toEqual(['c', 'd', 'a', 'b']);
  });

  it('orders every acyclic graph, and finds a true cycle in every other', () => {
    const size = 8;
    const ids = Array.from({ length: size }, (_, i) => `n${i}`);
    const end = fc.nat({ max: size - 1 }).map((i) => `n${i}`);
    fc.assert(
      fc.property(fc.array(fc.tuple(end, end), { maxLength: 14 }), (pairs) => {
        const edges = pairs.map(([source, target]) => edge(source, target));
        const { order, cycles } = topologicalOrder(ids, edges);
        for (const { source, target } of edges) {
          if (order.includes(target)) {
            expect(order.indexOf(source)).toBeGreaterThanOrEqual(0);
            expect(order.indexOf(source)).toBeLessThan(order.indexOf(target));
          }
        }
        expect(cycles.length > 0).toBe(order.length < size);
        const drawn = new Set(pairs.map(([source, target]) => `${source} ${target}`));
        for (const cycle of cycles) {
          cycle.forEach((id, i) => {
            expect(drawn).toContain(`${id} ${cycle[(i + 1) % cycle.length] ?? ''}`);
          });
        }
      }),
    );
  });

  it('finds a cycle of 100,000 nodes without recursion', () => {
    const ids = Array.from({ length: 100_000 }, (_, i) => `n${String(i).padStart(6, '0')}`);
    const edges = ids.map((id, i) => edge(id, ids[(i + 1) % ids.length] ?? ''));
    expect(topologicalOrder(ids, edges).cycles[0]).toHaveLength(100_000);
  });
});
