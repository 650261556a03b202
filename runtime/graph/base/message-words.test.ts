import { describe, expect, it } from 'vitest';
import { nearest } from './message-words.ts';

describe('nearest', () => {
  it.each([
    ['embd', ['chunk', 'embed'], 'embed'],
    ['Embed', ['chunk', 'embed'], 'embed'],
    ['vlaue', ['values', 'value'], 'value'],
    ['k', ['top', 'n'], 'n'],
    ['retrieve', ['rerank', 'generate'], undefined],
    ['', ['a'], 'a'],
    ['x'.repeat(1000), ['x'.repeat(999)], undefined],
    ['a', [], undefined],
  ])('takes %s among %j for %s', (word, candidates, expected) => {
    expect(nearest(word, candidates)).toBe(expected);
  });
});
