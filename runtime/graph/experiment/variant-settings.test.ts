import fc from 'fast-check';
import { expect, it } from 'vitest';
import { variantSettings } from './variant-settings.ts';

const names = (values: readonly string[], ...arms: string[]): string[] =>
  variantSettings({
    vary: { 'a.text': values },
    arms: Object.fromEntries(arms.map((name) => [name, {}])),
  }).map(({ name }) => name);

it('numbers names that look alike, and gives none the name of an arm', () => {
  const long = 'word '.repeat(20);
  const [shown = ''] = names([`${long}a`, 'b']);
  expect(names([`${long}a`, `${long}b`, `${long}c`], `${shown} (2)`)).toEqual([
    ...[shown, `${shown} (3)`, `${shown} (4)`],
    `${shown} (2)`,
  ]);
});

it('gives no two variants one name, whatever values and arms are called', () => {
  const value = fc.constantFrom('x', 'x (2)', 'x (3)', 'y');
  const arm = fc.constantFrom('text=x', 'text=x (2)', 'text="x (2)"', 'text="x (2)" (2)', 'y');
  fc.assert(
    fc.property(fc.array(value, { maxLength: 6 }), fc.uniqueArray(arm), (values, arms) => {
      const given = names(values, ...arms);
      expect(new Set(given).size).toBe(given.length);
    }),
  );
});

it('lists arms as the experiment prefers them, then by name', () => {
  const arms = { b: {}, a: {}, d: {}, c: {} };
  const listed = (prefer?: readonly string[]): string[] =>
    variantSettings({ arms, ...(prefer === undefined ? {} : { prefer }) }).map(({ name }) => name);
  expect(listed()).toEqual(['a', 'b', 'c', 'd']);
  expect(listed(['d', 'b'])).toEqual(['d', 'b', 'a', 'c']);
});
