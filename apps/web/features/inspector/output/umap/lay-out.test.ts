import { expect, it } from 'vitest';
import { layOut, type UmapNews } from './lay-out.ts';

/** Two bundles of directions at right angles to each other, one after the other in turn. */
const count = 60;
const dimension = 8;
const values = Int8Array.from({ length: count * dimension }, (_, at) => {
  const [point, axis] = [Math.floor(at / dimension), at % dimension];
  const own = point % 2 === 0 ? axis < 4 : axis >= 4;
  return own ? 100 + ((point * 7 + axis * 13) % 27) : (point * 5 + axis) % 9;
});
const news = (): UmapNews[] => [...layOut({ values, dimension })];

it('lays what is alike together and tells how far it is', () => {
  const told = news();
  expect(told.slice(0, 2)).toEqual([{ kind: 'neighbours' }, { kind: 'moving', share: 0 }]);
  const last = told.at(-1);
  const places = last?.kind === 'done' ? last.places : [];
  expect(places).toHaveLength(2 * count);
  expect(Math.max(...places.map(Math.abs))).toBeCloseTo(1);
  const point = (at: number): readonly [number, number] => [
    places[2 * at] ?? 0,
    places[2 * at + 1] ?? 0,
  ];
  for (let at = 0; at < count; at += 1) {
    const [x, y] = point(at);
    const far = Array.from({ length: count }, (_, other) => ({
      other,
      by: Math.hypot(point(other)[0] - x, point(other)[1] - y),
    })).filter(({ other }) => other !== at);
    const nearest = far.reduce((a, b) => (b.by < a.by ? b : a));
    expect(nearest.other % 2).toBe(at % 2);
  }
});

it('lays the same vectors out alike each time', () => {
  expect(news().at(-1)).toEqual(news().at(-1));
});
