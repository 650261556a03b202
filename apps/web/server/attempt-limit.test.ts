import { expect, it } from 'vitest';
import { AttemptLimit } from './attempt-limit.ts';

it('allows ten wrong tokens of an address a minute', () => {
  let now = 0;
  const limit = new AttemptLimit(() => now);
  for (let count = 0; count < 10; count += 1) {
    expect(limit.allows('a')).toBe(true);
    limit.note('a');
  }
  expect(limit.allows('a')).toBe(false);
  expect(limit.allows('b')).toBe(true);
  now = 60_000;
  expect(limit.allows('a')).toBe(true);
});

it('forgets the address that was quiet for longest, however many there are', () => {
  const limit = new AttemptLimit(() => 0);
  for (let count = 0; count < 10; count += 1) limit.note('first');
  for (let other = 0; other < 999; other += 1) limit.note(`other-${String(other)}`);
  expect(limit.allows('first')).toBe(false);
  limit.note('one-more');
  expect(limit.allows('first')).toBe(true);
});
