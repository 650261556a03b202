import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { headingAnchors, linkTargets } from './markdown-links.ts';

const root = path.resolve(import.meta.dirname, '../..');
/** Folders that are not ours or not written by hand. */
const foreign = new Set(['node_modules', 'dist', 'out', 'fixtures', 'test-results']);

function markdownFiles(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) {
      return entry.name.startsWith('.') || foreign.has(entry.name) ? [] : markdownFiles(file);
    }
    return entry.name.endsWith('.md') ? [file] : [];
  });
}

const anchorsOf = (file: string): ReadonlySet<string> => headingAnchors(readFileSync(file, 'utf8'));

/** Links that lead nowhere: to no file, or to no heading of it. */
function brokenLinks(file: string): readonly string[] {
  return linkTargets(readFileSync(file, 'utf8')).flatMap((link) => {
    const [place = '', anchor] = link.split('#');
    const target = place === '' ? file : path.join(path.dirname(file), decodeURI(place));
    const leads =
      existsSync(target) &&
      (anchor === undefined || !target.endsWith('.md') || anchorsOf(target).has(anchor));
    return leads ? [] : [`${path.relative(root, file)}: ${link}`];
  });
}

it('reads links and headings as GitHub does', () => {
  const markdown =
    '# A `b` & C!\n## Same\n## Same\n[x](a.md#b) ![y](<p.png> "t") `[no](code.md)` [web](https://a.b)\n```\n# No\n[no](c.md)\n```\n[z]: d.md\n';
  expect([...headingAnchors(markdown)]).toEqual(['a-b--c', 'same', 'same-1']);
  expect(linkTargets(markdown)).toEqual(['a.md#b', 'p.png', 'd.md']);
});

it('every link of every Markdown file leads to a file and a heading', () => {
  const files = markdownFiles(root);
  expect(files.length).toBeGreaterThan(100);
  expect(files.flatMap(brokenLinks)).toEqual([]);
});
