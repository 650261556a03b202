import { mkdir, mkdtemp, readFile, realpath, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Material } from '@graft/graph';
import { registry } from '@graft/nodes/definitions';
import { openWorkspace, type SourceChange, type Workspace } from '../workspace.ts';

let root: string;
let workspace: Workspace;
let stop: () => void;
let changes: SourceChange[];
/** Which files the graph names at first. */
let reads: string | undefined;

async function put(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), text);
}
const graph = (...paths: string[]): string =>
  JSON.stringify({
    graft: 1,
    nodes: { files: { type: 'load-files', version: 1, params: { paths } } },
    edges: [],
  });
/** What is told next. */
async function next(): Promise<SourceChange | undefined> {
  await expect.poll(() => changes).not.toEqual([]);
  return changes.shift();
}

beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'graft-watch-')));
  await put('docs/a.md', 'a');
  await put('docs/deep/b.md', 'b');
  await put('other/c.md', 'c');
  await put('a.graft.json', graph('docs', 'later/*.md'));
  workspace = await openWorkspace({ root, registry });
  changes = [];
  stop = workspace.changes.sources('a.graft.json', (change) => changes.push(change));
  const first = await next();
  expect(first).toEqual({
    ...{ files: [], total: 0 },
    ...{ state: expect.any(String), reads: expect.any(String) },
  });
  reads = first?.reads;
});
afterEach(async () => {
  stop();
  await workspace[Symbol.asyncDispose]();
  await rm(root, { recursive: true, force: true });
});

it('tells of files that a graph reads: other bytes, new ones, those that are gone', async () => {
  await put('docs/deep/b.md', 'B');
  expect(await next()).toMatchObject({ files: ['docs/deep/b.md'], reads });
  await put('docs/new/d.md', 'd');
  expect((await next())?.files).toEqual(['docs/new/d.md']);
  await put('later/e.md', 'e');
  expect((await next())?.files).toEqual(['later/e.md']);
  await rm(join(root, 'docs/a.md'));
  expect((await next())?.files).toEqual(['docs/a.md']);
});

it('says nothing of other files, of what was only touched, and of what Graft exported', async () => {
  await put('docs/a.md', 'aa');
  expect((await next())?.files).toEqual(['docs/a.md']);
  await put('other/c.md', 'cc');
  await utimes(join(root, 'docs/a.md'), 1000, 1000);
  await put('docs/out/.graft-export.json', '{}');
  await put('docs/out/README.md', 'exported');
  await put('docs/out/deep/down/part.md', 'exported');
  await put('.graft/x.md', 'x');
  await put('docs/deep/b.md', 'told');
  expect((await next())?.files).toEqual(['docs/deep/b.md']);
});

it('tells what the files offer to begin a graph with, at first and when it is another', async () => {
  const found: Material[] = [];
  const unwatch = workspace.changes.material((material) => found.push(material));
  const latest = () => expect.poll(() => found.at(-1));
  await latest().toMatchObject({ tables: [] });
  expect(found).toHaveLength(1);
  await put('new/rows.jsonl', '{"prompt": "a", "completion": "b"}');
  await latest().toMatchObject({ tables: [{ path: 'new/rows.jsonl', rows: 1 }] });
  await put('new/rows.jsonl', '{"a": 1}\n{"a": 2}');
  await latest().toMatchObject({ tables: [{ rows: 2, columns: ['a'] }] });
  const before = found.length;
  await put('picture.png', 'offers nothing');
  await put('docs/d.md', 'd');
  await latest().toMatchObject({
    documents: [
      { folder: 'docs', ending: 'md', count: 3 },
      { folder: 'other', ending: 'md', count: 1 },
    ],
  });
  // Looks that find the same tell nothing.
  expect(found.length).toBe(before + 1);
  unwatch();
});

it('goes on telling when the clock was set back', async () => {
  const real = Date.now;
  const clock = vi.spyOn(Date, 'now').mockImplementation(() => real() - 3_600_000);
  try {
    await put('docs/a.md', 'by another clock');
    expect((await next())?.files).toEqual(['docs/a.md']);
  } finally {
    clock.mockRestore();
  }
});

it('gathers what changes at once', async () => {
  await Promise.all(Array.from({ length: 30 }, (_, at) => put(`docs/many/${at}.md`, 'x')));
  await expect.poll(() => changes.reduce((sum, { total }) => sum + total, 0)).toBe(30);
  expect(changes.every(({ files }) => files.length <= 20)).toBe(true);
  expect(changes.length).toBeLessThan(15);
});

it('watches what the graph reads once it is saved, and nothing once it is stopped', async () => {
  const { revision } = await workspace.graphs.read('a.graft.json');
  await workspace.graphs.save('a.graft.json', graph('other'), revision);
  const others = await next();
  expect(others?.files).toEqual([]);
  expect(others?.reads).not.toBe(reads);
  await put('docs/a.md', 'A');
  await put('other/c.md', 'C');
  expect((await next())?.files).toEqual(['other/c.md']);
  expect(await readFile(join(root, 'docs/a.md'), 'utf8')).toBe('A');
  stop();
  const again: SourceChange[] = [];
  const unwatch = workspace.changes.sources('a.graft.json', (change) => again.push(change));
  await expect.poll(() => again).toHaveLength(1);
  expect(again[0]?.reads).toBe(others?.reads);
  await put('other/c.md', 'D');
  await expect.poll(() => again).toHaveLength(2);
  expect(changes).toEqual([]);
  unwatch();
});

it('says by its state whether anything changed while nobody watched', async () => {
  const states: string[] = [];
  const watchFor = async (meanwhile: () => Promise<void>): Promise<void> => {
    await meanwhile();
    const unwatch = workspace.changes.sources('a.graft.json', ({ state }) => states.push(state));
    await expect.poll(() => states.length).toBeGreaterThan(0);
    unwatch();
  };
  stop();
  await watchFor(() => Promise.resolve());
  const [whole] = states.splice(0);
  await watchFor(() => put('other/c.md', 'another'));
  expect(states.splice(0)).toEqual([whole]);
  await watchFor(() => put('docs/a.md', 'another'));
  expect(states.splice(0)).not.toEqual([whole]);
});
