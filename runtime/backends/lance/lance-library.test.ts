import { expect, it } from 'vitest';
import { lanceThreads } from './lance-library.ts';

it('leaves the library a thread to encode, on any number of cores', () => {
  expect(lanceThreads(undefined, 1)).toEqual({ threads: 2, shards: 1 });
  expect(lanceThreads(undefined, 16)).toEqual({ threads: 16, shards: 15 });
});

it('leaves one of those that the operator gives it', () => {
  expect(lanceThreads('4', 16)).toEqual({ threads: 4, shards: 3 });
  expect(lanceThreads('1', 16)).toEqual({ threads: 1, shards: 1 });
  expect(lanceThreads('many', 16)).toEqual({ threads: 16, shards: 15 });
});
