import { describe, expect, it } from 'vitest';
import { globMatcher, globPattern } from './glob.ts';

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
    ['**/a**/**/b', 'x/ay/z/b', true],
    ['**/a**/**/b', 'x/yb/z/b', false],
    ['{*,x/**}/b', 'x/y/z/b', true],
    ['{*,x/**}/b', 'y/z/b', false],
    ['a{b,{c,d}e}f', 'adef', true],
    ['a{b,{c,d}', 'ad', true],
    ['[z-a]', '[z-a]', true],
    ['a', 'a', true],
    ['', '', true],
    ['**', 'a/b', true],
  ])('%s matches %s: %s', (glob, path, expected) => {
    expect(new RegExp(`^${globPattern(glob)}$`).test(path)).toBe(expected);
    expect(globMatcher(glob)(path)).toBe(expected);
  });

  it('are told of a path at once, however many folders both have', () => {
    const path = `${'a/'.repeat(500)}c`;
    expect(globMatcher(`${'**/'.repeat(50)}b`)(path)).toBe(false);
    expect(globMatcher(`${'**/a*'.repeat(50)}b`)(path)).toBe(false);
  });
});
