import { expect, it } from 'vitest';
import { RecentAnswers } from './recent-answers.ts';

it('finds an answer once, and keeps those that were asked for last', async () => {
  const recent = new RecentAnswers<string>(2);
  const found: string[] = [];
  const ask = (key: string): Promise<string> =>
    recent.get(key, () => {
      found.push(key);
      return Promise.resolve(`of ${key}`);
    });
  expect(await Promise.all([ask('a'), ask('a')])).toEqual(['of a', 'of a']);
  await ask('b');
  await ask('a');
  await ask('c');
  await ask('a');
  expect(found).toEqual(['a', 'b', 'c']);
  await ask('b');
  expect(found).toEqual(['a', 'b', 'c', 'b']);
});

it('forgets a failure once it is told', async () => {
  const recent = new RecentAnswers<string>(2);
  await expect(recent.get('a', () => Promise.reject(new Error('no room')))).rejects.toThrow(
    'no room',
  );
  expect(await recent.get('a', () => Promise.resolve('found'))).toBe('found');
});
