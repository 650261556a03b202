import { mkdtemp, mkdir, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mountReadOnly, mountSmallDisk } from '@graft/kit/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { GraphFiles } from './graph-files.ts';
import { placeStagedFile, stageNewFile } from '../package/write-new-file.ts';
import { sentBody } from '../testing/sent-body.ts';
import { WorkspaceFiles } from '../uploads/workspace-files.ts';

let folder: string;
let root: string;
let state: string;

beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'graft-unwritable-')));
  root = join(folder, 'workspace');
  state = join(folder, 'state');
  await mkdir(root);
  await mkdir(state);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const unwritable = (file: string, what: string) => ({
  code: 'state-unusable',
  message: `Graft cannot write to the folder of ${file}: ${what}. Give yourself write permission, then try again.`,
});

it('says of each thing to do with files that a folder cannot be written, and leaves them as they are', async ({
  skip,
}) => {
  const { revision } = await new GraphFiles(root, state).save('a.graft.json', 'a', null);
  const { trashId } = await new GraphFiles(root, state).delete('a.graft.json', revision);
  await writeFile(join(root, 'a.graft.json'), 'a');
  const mounted = mountReadOnly(root);
  if (mounted === undefined) return skip('mounting needs root');
  try {
    const files = new GraphFiles(mounted.folder, state);
    const kept = 'a.graft.json was not renamed';
    for (const to of ['b.graft.json', 'new/deep/b.graft.json'])
      await expect(files.rename('a.graft.json', to, revision)).rejects.toMatchObject(
        unwritable(to, kept),
      );
    await expect(files.delete('a.graft.json', revision)).rejects.toMatchObject(
      unwritable('a.graft.json', 'a.graft.json was not deleted'),
    );
    await expect(files.restore(trashId)).rejects.toMatchObject({ code: 'state-unusable' });
    const isSaved = files.save('new/b.graft.json', 'b', null);
    await expect(isSaved).rejects.toMatchObject({ code: 'state-unusable' });
    const uploads = new WorkspaceFiles({ root: mounted.folder, scratchFolder: join(state, 's') });
    for (const path of ['b.md', 'new/deep/b.md']) {
      const sent = uploads.receive(sentBody({ [path]: 'b' }, 0), { renamed: false });
      await expect(sent).rejects.toMatchObject(unwritable(path, 'nothing was written'));
      const place = { place: join(mounted.folder, path), path, digest: '' };
      const bytes = async function* () {
        yield Buffer.from('b');
      };
      const written = stageNewFile(place, bytes(), state).then((staged) =>
        placeStagedFile(staged, place),
      );
      await expect(written).rejects.toMatchObject(unwritable(path, 'nothing was written'));
    }
    expect(await readdir(root)).toEqual(['a.graft.json']);
    expect(await readdir(join(state, 'trash'))).toEqual([trashId]);
  } finally {
    mounted.unmount();
  }
  const files = new GraphFiles(root, state);
  expect((await files.restore(trashId)).path).toBe('a-2.graft.json');
});

it('says of a full disk what was not done, and leaves no folder or part behind', async ({
  skip,
}) => {
  const disk = mountSmallDisk(1);
  if (disk === undefined) return skip('mounting a tmpfs needs root');
  try {
    const files = new GraphFiles(disk.folder, join(disk.folder, '.graft'));
    const { revision } = await files.save('a.graft.json', 'a', null);
    disk.fill();
    await expect(files.delete('a.graft.json', revision)).rejects.toMatchObject({
      code: 'no-space',
      message: 'The disk is full: a.graft.json was not deleted. Free some space, then try again.',
    });
    await expect(files.save('new/deep/b.graft.json', 'b', null)).rejects.toMatchObject({
      code: 'no-space',
    });
    expect(await readFile(join(disk.folder, 'a.graft.json'), 'utf8')).toBe('a');
    expect((await readdir(disk.folder)).sort()).toEqual(['.graft', 'a.graft.json', 'filler']);
    expect(await readdir(join(disk.folder, '.graft/trash'))).toEqual([]);
  } finally {
    disk.unmount();
  }
});
