import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { SharedCall } from './shared-call.ts';

test('many that ask at once share two answers, and none gets one older than its question', async () => {
  let asked = 0;
  const shared = new SharedCall(async () => {
    const mine = ++asked;
    await wait(10);
    return mine;
  });
  const first = shared.call();
  const others = Array.from({ length: 300 }, () => shared.call());
  expect(await first).toBe(1);
  expect(new Set(await Promise.all(others))).toEqual(new Set([2]));
  expect(await shared.call()).toBe(3);
  expect(asked).toBe(3);
});

test('a failure is told to those who asked, and the next try is a new one', async () => {
  let asked = 0;
  const shared = new SharedCall(() => {
    asked += 1;
    return asked === 1 ? Promise.reject(new Error('first')) : Promise.resolve(asked);
  });
  const first = shared.call();
  const second = shared.call();
  await expect(first).rejects.toThrow('first');
  expect(await second).toBe(2);
});
