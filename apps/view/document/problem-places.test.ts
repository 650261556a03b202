import { expect, it } from 'vitest';
import { missingPath } from './problem-places.ts';

it('finds the path of a value that a problem names as missing, whatever its message says', () => {
  const problem = { location: { param: 'paths', source: 'notes/b.md' } };
  expect(missingPath(problem, ['notes/a.md', 'notes/b.md'])).toBe('notes/b.md');
  expect(missingPath(problem, 'notes/b.md')).toBe('notes/b.md');
  expect(missingPath(problem, ['b.md'])).toBeUndefined();
  expect(missingPath({ location: { param: 'paths' } }, ['notes/b.md'])).toBeUndefined();
  expect(missingPath({ location: { param: 'paths' } }, undefined)).toBeUndefined();
});
