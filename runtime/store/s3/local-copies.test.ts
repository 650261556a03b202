import { mkdir, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { FilesystemArtifactStore } from '../filesystem/index.ts';
import { noise, sha256 } from '../testing/contract/index.ts';
import { temporaryFolder } from '../testing/contract/temporary.ts';
import { LocalCopies } from './local-copies.ts';

let folder: string;
let store: FilesystemArtifactStore;
beforeEach(async () => {
  folder = await temporaryFolder();
  store = await FilesystemArtifactStore.open(join(folder, 'artifacts'));
});

const pathOf = (digest: string): string => join(store.folder, 'sha256', digest.slice(0, 2), digest);

/** A tree with one file, laid out and last used hours ago. */
async function tree(bytes: Buffer, hoursAgo: number): Promise<{ digest: string; path: string }> {
  const from = join(folder, `from-${String(hoursAgo)}`);
  await mkdir(from, { recursive: true });
  await writeFile(join(from, 'weights'), bytes);
  const { digest } = await store.putTree(from);
  const path = await store.openTree(digest);
  const time = new Date(Date.now() - hoursAgo * 3_600_000);
  for (const each of [digest, sha256(bytes)]) await utimes(pathOf(each), time, time);
  return { digest, path };
}

/** Bytes that the folder takes of the disk, each file once. */
async function onDisk(): Promise<number> {
  const sizes = new Map<number, number>();
  for (const entry of await readdir(store.folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const { ino, size } = await stat(join(entry.parentPath, entry.name));
    sizes.set(ino, size);
  }
  return [...sizes.values()].reduce((sum, size) => sum + size, 0);
}

describe('the bound of local copies', () => {
  it('frees the bytes of the trees that were used longest ago', async () => {
    const older = await tree(noise(50_000, 1), 3);
    const newer = await tree(noise(40_000, 2), 2);
    await new LocalCopies(store, 60_000).shrink();
    expect(await onDisk()).toBeLessThan(60_000);
    await expect(stat(older.path)).rejects.toMatchObject({ code: 'ENOENT' });
    expect(await readdir(newer.path)).toEqual(['weights']);
  });

  it('leaves a tree as it is while a run may read it', async () => {
    const { path } = await tree(noise(50_000, 3), 3);
    await new LocalCopies(store, 1_000).shrink(Date.now() - 4 * 3_600_000);
    expect(await readdir(path)).toEqual(['weights']);
  });

  it.each(['trees', 'list'] as const)(
    'leaves a tree that a run opens during the look at %s, and frees another',
    async (look) => {
      const older = await tree(noise(50_000, 5), 3);
      const newer = await tree(noise(40_000, 6), 2);
      const all = store[look].bind(store) as () => AsyncGenerator<never>;
      vi.spyOn(store, look).mockImplementation(async function* () {
        yield* all();
        await store.openTree(older.digest);
      });
      await new LocalCopies(store, 60_000).shrink();
      expect(await readdir(older.path)).toEqual(['weights']);
      expect(await readdir(store.folder + '/trees')).not.toContain(newer.digest);
    },
  );

  it('counts bytes that only a tree holds any more', async () => {
    const bytes = noise(50_000, 4);
    await tree(bytes, 3);
    const copies = new LocalCopies(store, 1_000);
    const before = await copies.size();
    await rm(pathOf(sha256(bytes)));
    expect(await copies.size()).toBe(before);
    await copies.shrink();
    expect(await onDisk()).toBeLessThanOrEqual(1_000);
  });
});
