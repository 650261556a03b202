import { mkdir, mkdtemp, readFile, realpath, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { registry } from '@graft/nodes/definitions';
import { openWorkspace, type SourceChange, type Workspace } from './workspace.ts';

let root: string;
let workspace: Workspace;
let stop: () => void;
let changes: SourceChange[];

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
/** What comes next, and nothing after it. */
async function next(): Promise<readonly string[]> {
  await vi.waitFor(() => expect(changes).not.toEqual([]), { timeout: 10_000 });
  const [change] = changes.splice(0);
  return change?.files ?? [];
}
/** Longer than it takes until files are looked at. */
const calm = (): Promise<void> => wait(1_500);

beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'graft-watch-')));
  await put('docs/a.md', 'a');
  await put('docs/deep/b.md', 'b');
  await put('other/c.md', 'c');
  await put('a.graft.json', graph('docs', 'later/*.md'));
  workspace = await openWorkspace({ root, registry });
  changes = [];
  stop = workspace.watchSources('a.graft.json', (change) => changes.push(change));
  await calm();
});
afterEach(async () => {
  stop();
  await workspace[Symbol.asyncDispose]();
  await rm(root, { recursive: true, force: true });
});

it('tells of files that a graph reads: other bytes, new ones, those that are gone', async () => {
  await put('docs/deep/b.md', 'B');
  expect(await next()).toEqual(['docs/deep/b.md']);
  await put('docs/new/d.md', 'd');
  expect(await next()).toEqual(['docs/new/d.md']);
  await put('later/e.md', 'e');
  expect(await next()).toEqual(['later/e.md']);
  await rm(join(root, 'docs/a.md'));
  expect(await next()).toEqual(['docs/a.md']);
});

it('says nothing of other files, of what was only touched, and of what Graft exported', async () => {
  await put('docs/a.md', 'aa');
  expect(await next()).toEqual(['docs/a.md']);
  await put('other/c.md', 'cc');
  await utimes(join(root, 'docs/a.md'), 1000, 1000);
  await put('docs/out/.graft-export.json', '{}');
  await put('docs/out/README.md', 'exported');
  await put('.graft/x.md', 'x');
  await calm();
  expect(changes).toEqual([]);
});

it('gathers what changes at once', async () => {
  await Promise.all(Array.from({ length: 30 }, (_, at) => put(`docs/many/${at}.md`, 'x')));
  await calm();
  expect(changes.reduce((sum, { total }) => sum + total, 0)).toBe(30);
  expect(changes.length).toBeLessThanOrEqual(2);
  expect(changes[0]?.files.length).toBeLessThanOrEqual(20);
});

it('watches what the graph reads once it is saved, and nothing once it is stopped', async () => {
  const { revision } = await workspace.readGraph('a.graft.json');
  await workspace.saveGraph('a.graft.json', graph('other'), revision);
  await calm();
  expect(changes).toEqual([]);
  await put('docs/a.md', 'A');
  await put('other/c.md', 'C');
  expect(await next()).toEqual(['other/c.md']);
  expect(await readFile(join(root, 'docs/a.md'), 'utf8')).toBe('A');
  stop();
  await put('other/c.md', 'D');
  await calm();
  expect(changes).toEqual([]);
});
