import { expect, it } from 'vitest';
import { eachAtOnce } from './each-at-once.ts';

it('does all, a few at once', async () => {
  const done: number[] = [];
  let [now, most] = [0, 0];
  await eachAtOnce([1, 2, 3, 4, 5], 2, async (entry) => {
    most = Math.max(most, (now += 1));
    await Promise.resolve();
    now -= 1;
    done.push(entry);
  });
  expect(done.sort()).toEqual([1, 2, 3, 4, 5]);
  expect(most).toBe(2);
});

it('begins nothing after the first failure, and waits for what has begun', async () => {
  const begun: number[] = [];
  let ended = false;
  const failed = new Error('the second');
  const work = eachAtOnce([1, 2, 3, 4], 2, async (entry) => {
    begun.push(entry);
    if (entry === 2) throw failed;
    for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
    ended = true;
  });
  await expect(work).rejects.toBe(failed);
  expect(begun).toEqual([1, 2]);
  expect(ended).toBe(true);
});
