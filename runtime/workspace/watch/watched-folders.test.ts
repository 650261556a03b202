import { mkdir, mkdtemp, realpath, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { registry } from '@graft/nodes/definitions';
import { openWorkspace, type SourceChange, type Workspace } from '../workspace.ts';

let root: string;
let workspace: Workspace;
let stop: () => void;
let changes: SourceChange[];

async function put(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), text);
}
/** Waits until a file is told of, by itself or with others. */
async function told(...paths: string[]): Promise<void> {
  await expect
    .poll(() => changes.flatMap(({ files }) => files))
    .toEqual(expect.arrayContaining(paths));
  changes.length = 0;
}

beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'graft-watched-')));
  await put('docs/a.md', 'a');
  await put('docs/deep/b.md', 'b');
  const paths = ['docs'];
  const files = { type: 'load-files', version: 1, params: { paths } };
  await put('a.graft.json', JSON.stringify({ graft: 1, nodes: { files }, edges: [] }));
  workspace = await openWorkspace({ root, registry });
  changes = [];
  stop = workspace.changes.sources('a.graft.json', (change) => changes.push(change));
  await expect.poll(() => changes).toHaveLength(1);
  changes.length = 0;
});
afterEach(async () => {
  stop();
  await workspace[Symbol.asyncDispose]();
  await rm(root, { recursive: true, force: true });
});

describe('a folder that is watched', () => {
  it('may be removed and come again, with another folder below it', async () => {
    await rm(join(root, 'docs'), { recursive: true });
    await told('docs/a.md', 'docs/deep/b.md');
    await put('docs/deep/b.md', 'again');
    await told('docs/deep/b.md');
    await put('docs/deep/b.md', 'and again');
    await told('docs/deep/b.md');
    await put('docs/c.md', 'c');
    await told('docs/c.md');
  });

  it('may come again at once, as when git changes branches', async () => {
    await rm(join(root, 'docs'), { recursive: true });
    await put('docs/deep/b.md', 'again');
    await told('docs/deep/b.md');
    await put('docs/deep/b.md', 'and again');
    await told('docs/deep/b.md');
  });

  it('may give way to another one', async () => {
    await put('new/a.md', 'new');
    await put('new/deep/b.md', 'new');
    await rename(join(root, 'docs'), join(root, 'old'));
    await rename(join(root, 'new'), join(root, 'docs'));
    await told('docs/a.md', 'docs/deep/b.md');
    await put('docs/deep/b.md', 'newer');
    await told('docs/deep/b.md');
    await put('old/deep/b.md', 'older');
    await put('docs/a.md', 'newer');
    await told('docs/a.md');
  });

  it('may stand where a file stood, and the other way round', async () => {
    await rm(join(root, 'docs/a.md'));
    await put('docs/a.md/c.md', 'c');
    await told('docs/a.md', 'docs/a.md/c.md');
    await put('docs/a.md/c.md', 'C');
    await told('docs/a.md/c.md');
    await rm(join(root, 'docs/a.md'), { recursive: true });
    await put('docs/a.md', 'a file');
    await told('docs/a.md/c.md', 'docs/a.md');
    await put('docs/a.md', 'changed');
    await told('docs/a.md');
  });

  it('may be moved away with the graphs in it, and another come with others', async () => {
    const away = await mkdtemp(join(tmpdir(), 'graft-away-'));
    const graphs: string[] = [];
    const unwatch = workspace.changes.graphs.listen((path) => graphs.push(path));
    await put('lib/b.graft.json', '{}');
    await put('docs/lib/c.graft.json', '{}');
    await expect.poll(() => new Set(graphs).size).toBe(2);
    for (const [folder, graph] of [
      ['lib', 'lib/b.graft.json'],
      ['docs/lib', 'docs/lib/c.graft.json'],
    ] as const) {
      graphs.length = 0;
      await rename(join(root, folder), join(away, 'lib'));
      await expect.poll(() => graphs).toEqual([graph]);
      await rename(join(away, 'lib'), join(root, folder));
      await expect.poll(() => graphs).toEqual([graph, graph]);
      await put(graph, '{"graft":1}');
      await expect.poll(() => graphs).toHaveLength(3);
    }
    unwatch();
    await rm(away, { recursive: true });
  });

  it('may be a link to another one', async () => {
    const elsewhere = join(root, 'elsewhere');
    await put('elsewhere/inner/l.md', 'l');
    await symlink(elsewhere, join(root, 'docs/linked'));
    await told('docs/linked/inner/l.md');
    await put('elsewhere/inner/l.md', 'L');
    await told('docs/linked/inner/l.md');
  });
});
