import { expect, it } from 'vitest';
import { BeatWatch } from './beat-watch.ts';

/** A watch whose clock the test moves; each look comes some milliseconds after the one before. */
function watching() {
  let now = 0;
  const watch = new BeatWatch(() => now);
  return (after: number, beat: number): boolean => {
    now += after;
    return watch.isStill('holder', beat);
  };
}

it('a beat that stays the same for some seconds stands still', () => {
  const look = watching();
  const looks = Array.from({ length: 8 }, () => look(2_000, 5));
  expect(looks).toEqual([false, false, false, false, false, false, true, true]);
});

it('a beat that goes on, however slowly, does not', () => {
  const look = watching();
  for (let beat = 0; beat < 20; beat++) expect(look(2_000, beat >> 1), String(beat)).toBe(false);
});

it('an observer who slept says nothing of the others: the lid was closed on both', () => {
  const look = watching();
  expect(look(0, 5)).toBe(false);
  expect(look(2_000, 5)).toBe(false);
  expect(look(3_600_000, 5)).toBe(false);
  expect(look(2_000, 6)).toBe(false);
});
