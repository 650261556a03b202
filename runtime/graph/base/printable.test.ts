import { expect, it } from 'vitest';
import { printable } from './printable.ts';

it('lets no control character of a document through', () => {
  expect(printable('a\u001b]0;title\u0007b\u009b31mc\td\ne')).toBe('a]0;titleb31mc\td\ne');
});

it('shows a text in the order that it has, and keeps marks of direction', () => {
  expect(printable('a\u202eb\u2066c\u2069\u200fd')).toBe('abc\u200fd');
});
