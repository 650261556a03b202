import { expect, it } from 'vitest';
import { missingPath } from './missing-path.ts';

const problem = { code: 'missing-file', message: '"notes/b.md" matches no file. Check the path.' };

it('is the path of the parameter that the problem names', () => {
  expect(missingPath(problem, ['notes/a.md', 'notes/b.md'])).toBe('notes/b.md');
  expect(missingPath(problem, 'notes/b.md')).toBe('notes/b.md');
  expect(missingPath(problem, ['b.md'])).toBeUndefined();
  expect(missingPath({ ...problem, code: 'bad-param' }, 'notes/b.md')).toBeUndefined();
});
