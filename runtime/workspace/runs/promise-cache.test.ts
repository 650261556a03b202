import { expect, it } from 'vitest';
import { PromiseCache } from './promise-cache.ts';

it('finds an answer once, and keeps those that were asked for last', async () => {
  const recent = new PromiseCache<string>(2);
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
  const recent = new PromiseCache<string>(2);
  await expect(recent.get('a', () => Promise.reject(new Error('no room')))).rejects.toThrow(
    'no room',
  );
  expect(await recent.get('a', () => Promise.resolve('found'))).toBe('found');
});

it('keeps so many bytes, and nothing that is larger by itself', async () => {
  const recent = new PromiseCache<string>(10, { bytesOf: ({ length }) => length, most: 6 });
  const found: string[] = [];
  const ask = (answer: string): Promise<string> =>
    recent.get(answer, () => {
      found.push(answer);
      return Promise.resolve(answer);
    });
  await ask('aaa');
  await ask('bbb');
  await ask('aaa');
  await ask('cc');
  await ask('aaa');
  await ask('bbb');
  await ask('far too long');
  await ask('far too long');
  expect(found).toEqual(['aaa', 'bbb', 'cc', 'bbb', 'far too long', 'far too long']);
});

it('gives up what nobody waits for any more, and nothing that somebody does', async () => {
  const recent = new PromiseCache<string>(2);
  const signals: AbortSignal[] = [];
  const ask = (signal: AbortSignal): Promise<string> =>
    recent.get(
      'a',
      (finding) => {
        signals.push(finding);
        return new Promise(() => undefined);
      },
      signal,
    );
  const [one, other] = [new AbortController(), new AbortController()];
  const asked = [ask(one.signal), ask(other.signal)];
  one.abort(new Error('left'));
  await expect(asked[0]).rejects.toThrow('left');
  expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
  other.abort(new Error('left too'));
  await expect(asked[1]).rejects.toThrow('left too');
  expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
  void ask(new AbortController().signal);
  expect(signals).toHaveLength(2);
});
