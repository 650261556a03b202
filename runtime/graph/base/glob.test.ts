import { describe, expect, it } from 'vitest';
import { globPattern } from './glob.ts';

describe('globs', () => {
  it.each([
    ['a/*.md', 'a/b.md', true],
    ['a/*.md', 'a/b/c.md', false],
    ['a/**/*.md', 'a/c.md', true],
    ['a/**/*.md', 'a/x/y/c.md', true],
    ['**/*.md', 'c.md', true],
    ['a', 'a/b/c.md', true],
    ['a/', 'a/b.md', true],
    ['a', 'ab.md', false],
    ['{a,b}/?.md', 'b/x.md', true],
    ['[a-c]x.md', 'bx.md', true],
    ['[!a-c]x.md', 'bx.md', false],
    ['a.b+(c).md', 'a.b+(c).md', true],
    ['a.md', 'abmd', false],
  ])('%s matches %s: %s', (glob, path, expected) => {
    expect(new RegExp(`^${globPattern(glob)}$`).test(path)).toBe(expected);
  });
});
