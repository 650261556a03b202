import { describe, expect, it } from 'vitest';
import { nearest, printable } from './message-words.ts';

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

it('lets no control character of a document through', () => {
  expect(printable('a\u001b]0;title\u0007b\u009b31mc\td\ne')).toBe('a]0;titleb31mc\td\ne');
});

it('shows a text in the order that it has, and keeps marks of direction', () => {
  expect(printable('a\u202eb\u2066c\u2069\u200fd')).toBe('abc\u200fd');
});
