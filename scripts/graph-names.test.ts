import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';

/** What the shared workspace itself lays out; no test may run these two and then expect them never run. */
const ofTheWorkspace = new Set(['a-first', 'rag-quickstart']);

/** A graph's name where a spec writes, makes or opens it. Files of the examples are read from elsewhere. */
const named = /(?<!examples, )(?:(?:\.graph|newGraph)\(\s*'([^']+)'|'([^']+)\.graft\.json')/g;

it('gives a graph of the shared workspace to one spec only: runs are remembered by its name', async () => {
  const folder = path.join(import.meta.dirname, '../e2e');
  const specs = new Map<string, Set<string>>();
  for (const spec of await readdir(folder, { recursive: true })) {
    if (!spec.endsWith('.spec.ts')) continue;
    const text = await readFile(path.join(folder, spec), 'utf8');
    if (!text.includes('small-workspace.ts')) continue;
    for (const [, given, file] of text.matchAll(named)) {
      const name = given ?? file ?? '';
      if (!ofTheWorkspace.has(name)) specs.set(name, (specs.get(name) ?? new Set()).add(spec));
    }
  }
  expect(specs.size).toBeGreaterThan(100);
  expect([...specs].filter(([, users]) => users.size > 1)).toEqual([]);
});
