import { expect, it, test } from 'vitest';
import { OpenedOnce, SharedCall, abortable } from './shared-promises.ts';
import { setTimeout as wait } from 'node:timers/promises';

it('opens once for all who ask, and again only after a failure', async () => {
  let tries = 0;
  const library = new OpenedOnce(() => {
    tries += 1;
    return tries === 1 ? Promise.reject(new Error('full')) : Promise.resolve(tries);
  });
  expect(library.opened).toBeUndefined();
  const [first, second] = await Promise.allSettled([library.get(), library.get()]);
  expect([first.status, second.status, tries]).toEqual(['rejected', 'rejected', 1]);
  expect(await Promise.all([library.get(), library.get(), library.get()])).toEqual([2, 2, 2]);
  expect(await library.opened).toBe(2);
});

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

const never = new Promise<string>(() => undefined);

it('gives what the work gives', async () => {
  const { signal } = new AbortController();
  await expect(abortable(Promise.resolve('done'), signal)).resolves.toBe('done');
  await expect(abortable(Promise.reject(new Error('no')), signal)).rejects.toThrow('no');
});

it('rejects as soon as the signal aborts, whatever the work does', async () => {
  const controller = new AbortController();
  const waiting = abortable(never, controller.signal);
  controller.abort(new Error('enough'));
  await expect(waiting).rejects.toThrow('enough');
  await expect(abortable(never, controller.signal)).rejects.toThrow('enough');
});
