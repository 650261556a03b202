import ELK from 'elkjs/lib/elk.bundled.js';
import { describe, expect, it } from 'vitest';
import { layOutLayers } from './lay-out-layers.ts';
import type { Units } from './units.ts';

const elk = new ELK();

/** A chain of so many cards. */
function chain(length: number): Units {
  const ids = Array.from({ length }, (_, at) => `n${String(at)}`);
  return {
    sizes: new Map(ids.map((id) => [id, { width: 206, height: 130 }])),
    links: ids.slice(1).map((target, at) => ({ source: ids[at] ?? '', target, from: 50, to: 50 })),
  };
}
const rows = async (units: Units): Promise<number> =>
  new Set(Object.values(await layOutLayers(elk, units)).map(({ y }) => y)).size;

describe('layOutLayers', () => {
  it('leaves a chain in one row that can be read so', async () => {
    expect(await rows(chain(3))).toBe(1);
  });

  it('breaks a long chain into rows, with no card on another', async () => {
    const places = Object.values(await layOutLayers(elk, chain(8)));
    expect(Math.max(...places.map(({ x }) => x)) + 206).toBeLessThan(1_200);
    for (const [at, a] of places.entries())
      for (const b of places.slice(at + 1))
        expect(Math.abs(a.x - b.x) >= 206 || Math.abs(a.y - b.y) >= 130).toBe(true);
  });

  it('puts a group below cards instead of between them, and keeps cards in line', async () => {
    const card = { width: 206, height: 130 };
    const { sizes, links } = chain(4);
    const link = (source: string, target: string) => ({ source, target, from: 50, to: 70 });
    const places = await layOutLayers(elk, {
      sizes: new Map([...sizes, ['beside', card], ['group', { width: 500, height: 320 }]]),
      links: [...links, link('beside', 'n1'), link('group', 'n3')],
    });
    const across = (id: string): number => places[id]?.x ?? Number.NaN;
    expect(across('group')).toBeLessThan(across('n2'));
    expect(across('beside')).toBe(across('n0'));
    expect(across('n3') + card.width).toBeLessThan(1_100);
  });
});
