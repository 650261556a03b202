import { expect, it, vi } from 'vitest';
import { inOneLine, printProblems } from './problem-report.ts';

it('a problem of several lines is printed in one', () => {
  expect(inOneLine('no source worked:\n  - a\r\n\n  - b \n')).toBe('no source worked: - a - b');
});

it('blanks that end in no line take no longer than their number', () => {
  // Trying each of them as a beginning takes minutes.
  const blanks = ' '.repeat(400_000);
  expect(inOneLine(`a${blanks}b`)).toHaveLength(400_002);
});

it('of a model that does not exist it says what to type', () => {
  const written = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  printProblems([{ code: 'bad-model', message: 'There is no model "a".', location: {} }]);
  const output = written.mock.calls.map(([text]) => String(text)).join('');
  written.mockRestore();
  expect(output).toContain('graft models ls');
  expect(output).toContain('graft models pull ID');
  expect(output).toContain('graft models import PATH');
});
