import { cp, mkdir, mkdtemp, readdir, realpath, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { locateGraph, locateWorkspace } from './workspace-location.ts';

describe('the workspace of a file', () => {
  let top: string;
  beforeAll(async () => {
    top = await realpath(await mkdtemp(path.join(os.tmpdir(), 'graft-place-')));
    await mkdir(path.join(top, 'project/.graft'), { recursive: true });
    await mkdir(path.join(top, 'project/flows/deep'), { recursive: true });
    await mkdir(path.join(top, 'plain'));
    await writeFile(path.join(top, 'project/flows/deep/a.graft.json'), '{}');
    await writeFile(path.join(top, 'plain/quickstart.graft.json'), '{}');
  });

  it('is the nearest ancestor that holds .graft', async () => {
    expect(await locateGraph(path.join(top, 'project/flows/deep/a.graft.json'))).toEqual({
      root: path.join(top, 'project'),
      path: 'flows/deep/a.graft.json',
    });
  });

  it('is its own folder where there is none', async () => {
    expect(await locateGraph(path.join(top, 'plain/quickstart.graft.json'))).toEqual({
      root: path.join(top, 'plain'),
      path: 'quickstart.graft.json',
    });
  });

  describe('in a fresh clone, which has no .graft', () => {
    const examples = path.resolve(import.meta.dirname, '../../examples');
    let clone: string;
    beforeAll(async () => {
      clone = await realpath(await mkdtemp(path.join(os.tmpdir(), 'graft-clone-')));
      await mkdir(path.join(clone, '.git'));
      await cp(examples, path.join(clone, 'examples'), {
        recursive: true,
        filter: (from) => path.basename(from) !== '.graft',
      });
    });

    it('is the folder from which the paths in each example lead somewhere', async () => {
      const folder = path.join(clone, 'examples');
      const names = await readdir(folder, { recursive: true });
      const graphs = names.filter((name) => name.endsWith('.graft.json'));
      expect(graphs.length).toBeGreaterThan(10);
      for (const name of graphs) {
        expect(await locateGraph(path.join(folder, name))).toEqual({ root: folder, path: name });
      }
    });

    it('is that folder, too, where the repository or the folder of the file was served', async () => {
      const file = path.join(clone, 'examples/reader/reader.graft.json');
      for (const served of ['', 'examples/reader']) {
        await mkdir(path.join(clone, served, '.graft'));
        expect((await locateGraph(file)).root).toBe(path.join(clone, 'examples'));
      }
    });
  });

  it('is never above the repository of a file, whatever there is', async () => {
    const repository = path.join(top, 'above/repository');
    await mkdir(path.join(repository, '.git'), { recursive: true });
    await writeFile(path.join(top, 'above/other.graft.json'), '{}');
    const use = { type: 'graph', version: 1, params: { use: 'other.graft.json' } };
    const file = path.join(repository, 'a.graft.json');
    await writeFile(file, JSON.stringify({ graft: 1, nodes: { use }, edges: [] }));
    expect((await locateGraph(file)).root).toBe(repository);
  });

  it('is the one that was named, when the file is inside it', async () => {
    const file = path.join(top, 'project/flows/deep/a.graft.json');
    expect(await locateGraph(file, path.join(top, 'project/flows'))).toEqual({
      root: path.join(top, 'project/flows'),
      path: 'deep/a.graft.json',
    });
    await expect(locateGraph(file, path.join(top, 'plain'))).rejects.toMatchObject({
      code: 'outside-workspace',
    });
  });

  it('suggests the file that was probably meant', async () => {
    await expect(locateGraph(path.join(top, 'plain/quickstrat.graft.json'))).rejects.toMatchObject({
      code: 'missing-file',
      message: expect.stringContaining('"quickstart.graft.json"') as string,
    });
    await expect(locateGraph(path.join(top, 'plain'))).rejects.toMatchObject({
      code: 'missing-file',
    });
  });
});

describe('the workspace of a command without a file', () => {
  let top: string;
  beforeAll(async () => {
    top = await realpath(await mkdtemp(path.join(os.tmpdir(), 'graft-place-')));
    await mkdir(path.join(top, 'project/.graft'), { recursive: true });
    await mkdir(path.join(top, 'project/flows'));
    await mkdir(path.join(top, 'plain'));
    await mkdir(path.join(top, 'state'));
  });
  const stateFolder = (): string => path.join(top, 'state');

  it('is the nearest folder upwards that holds .graft', () => {
    const folder = path.join(top, 'project/flows');
    expect(locateWorkspace(undefined, { folder })).toBe(path.join(top, 'project'));
    expect(locateWorkspace(undefined, { folder, stateFolder: stateFolder() })).toBe(
      path.join(top, 'project'),
    );
  });

  it('is also one whose .graft is a link that leads nowhere: opening it says so', async () => {
    const folder = path.join(top, 'linked');
    await mkdir(folder);
    await symlink('/nowhere/at/all', path.join(folder, '.graft'));
    expect(locateWorkspace(undefined, { folder })).toBe(folder);
  });

  it('is the current folder where GRAFT_STATE names a state elsewhere', () => {
    const folder = path.join(top, 'plain');
    expect(locateWorkspace(undefined, { folder, stateFolder: stateFolder() })).toBe(folder);
    expect(() => locateWorkspace(undefined, { folder })).toThrow('There is no workspace here');
    const mistyped = path.join(top, 'stat');
    expect(() => locateWorkspace(undefined, { folder, stateFolder: mistyped })).toThrow(
      `GRAFT_STATE names the folder ${mistyped}, which does not exist.`,
    );
  });
});
