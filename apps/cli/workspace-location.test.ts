import { mkdir, mkdtemp, realpath, symlink, writeFile } from 'node:fs/promises';
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
    expect(() => locateWorkspace(undefined, { folder })).toThrow('No workspace here');
    const mistyped = path.join(top, 'stat');
    expect(() => locateWorkspace(undefined, { folder, stateFolder: mistyped })).toThrow(
      `GRAFT_STATE names ${mistyped}, and there is no such folder.`,
    );
  });
});
