import { expect, it } from 'vitest';
import { pairsOf, recordOf, repeatedNames } from './pairs-control.tsx';

const pair = (name: string, value: unknown) => ({ name, value });

it('takes what is written as far as it is whole', () => {
  const pairs = [pair('', 0.5), pair('a/**', ''), pair('b/**', 0), pair('c/**', 'x')];
  expect(recordOf(pairs, { numbers: true })).toEqual({ 'b/**': 0, 'c/**': 'x' });
  expect(recordOf(pairs, { numbers: false })).toEqual({ 'a/**': '', 'b/**': 0, 'c/**': 'x' });
  expect(pairsOf({ 'b/**': 0 })).toEqual([pair('b/**', 0)]);
  for (const none of [undefined, null, 'x', [1]]) expect(pairsOf(none)).toEqual([]);
});

it('keeps the first of a name that another comes to while it is typed', () => {
  const pairs = [pair('a', 1), pair('b', 2), pair('a', 3), pair('', 1), pair('', 2)];
  expect(recordOf(pairs, { numbers: true })).toEqual({ a: 1, b: 2 });
  expect(repeatedNames(pairs)).toEqual(['a']);
  expect(repeatedNames(pairs.slice(0, 2))).toEqual([]);
});
