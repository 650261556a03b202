import { expect, it } from 'vitest';
import { inOneLine } from './problem-report.ts';

it('a problem of several lines is printed in one', () => {
  expect(inOneLine('no source worked:\n  - a\r\n\n  - b \n')).toBe('no source worked: - a - b');
});

it('blanks that end in no line take no longer than their number', () => {
  // Trying each of them as a beginning takes minutes.
  const blanks = ' '.repeat(400_000);
  expect(inOneLine(`a${blanks}b`)).toHaveLength(400_002);
});
