import { expect, it } from 'vitest';
import { printable } from './printable.ts';

it('lets no control character of a document through', () => {
  expect(printable('a\u001b]0;title\u0007b\u009b31mc\td\ne')).toBe('a]0;titleb31mc\td\ne');
});
