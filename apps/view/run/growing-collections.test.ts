import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  GrowingMap,
  appended,
  emptyList,
  listed,
  type GrowingList,
} from './growing-collections.ts';

it('is as a map is, in every one of its versions', () => {
  const key = fc.integer({ min: 0, max: 60 }).map((number) => `k${number}`);
  const steps = fc.array(fc.record({ from: fc.nat(), key, value: fc.nat() }), { maxLength: 200 });
  fc.assert(
    fc.property(steps, (all) => {
      const versions = [{ map: GrowingMap.of<number>(), plain: new Map<string, number>() }];
      for (const { from, key: at, value } of all) {
        // Mostly the newest goes on, sometimes an older one.
        const back = from % 4 === 0 ? from % versions.length : 0;
        const before = versions.at(-1 - back);
        if (before === undefined) continue;
        const plain = new Map(before.plain).set(at, value);
        versions.push({ map: before.map.with(at, value), plain });
      }
      for (const { map, plain } of versions) {
        expect([...map]).toEqual([...plain]);
        expect([...map.keys()]).toEqual([...plain.keys()]);
        expect([map.size, map.last()]).toEqual([plain.size, [...plain.values()].at(-1)]);
        for (let number = 0; number <= 61; number++) {
          expect(map.get(`k${number}`)).toBe(plain.get(`k${number}`));
        }
      }
    }),
    { numRuns: 60 },
  );
});

it('grows past one block and past many', () => {
  const entries = Array.from({ length: 40_000 }, (_, at) => [`k${at}`, at] as const);
  const map = GrowingMap.of(entries);
  expect(map.size).toBe(40_000);
  for (const at of [0, 31, 32, 1023, 1024, 32_767, 32_768, 39_999]) {
    expect(map.get(`k${at}`)).toBe(at);
    const changed = map.with(`k${at}`, -1);
    expect([changed.get(`k${at}`), map.get(`k${at}`), changed.size]).toEqual([-1, at, 40_000]);
  }
});

const grown = (values: readonly number[], from: GrowingList<number> = emptyList) =>
  values.reduce((list, value) => appended(list, value), from);

it('lists what was appended, in order', () => {
  expect(listed(grown([1, 2, 3]))).toEqual([1, 2, 3]);
  expect(listed(emptyList)).toEqual([]);
});

it('changes no version when two go on from the same one', () => {
  const base = grown([1, 2]);
  const branch = grown([3, 4], base);
  const other = grown([5], base);
  expect([base, branch, other].map(listed)).toEqual([
    [1, 2],
    [1, 2, 3, 4],
    [1, 2, 5],
  ]);
  expect(listed(emptyList)).toEqual([]);
});

it('shares one array along a line of versions', () => {
  const base = grown([1]);
  expect(grown([2, 3], base).shared).toBe(base.shared);
});
