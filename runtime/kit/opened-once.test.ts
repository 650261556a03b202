import { expect, it } from 'vitest';
import { OpenedOnce } from './opened-once.ts';

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
