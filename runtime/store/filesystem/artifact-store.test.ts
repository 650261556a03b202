import { execFileSync } from 'node:child_process';
import { chmod, mkdir, open, readdir, stat, truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { all, bytesOf, noise, sha256 } from '../testing/contract/index.ts';
import { temporaryFolder } from '../testing/contract/temporary.ts';
import { verifyAll } from '../verify-all.ts';
import { FilesystemArtifactStore } from './artifact-store.ts';

async function opened(): Promise<{ store: FilesystemArtifactStore; folder: string }> {
  const folder = await temporaryFolder();
  return { store: await FilesystemArtifactStore.open(folder), folder };
}
const pathOf = (folder: string, digest: string): string =>
  join(folder, 'sha256', digest.slice(0, 2), digest);

async function flipByte(path: string, at: number): Promise<void> {
  await chmod(path, 0o644);
  const handle = await open(path, 'r+');
  const byte = Buffer.alloc(1);
  await handle.read(byte, 0, 1, at);
  await handle.write(Buffer.from([(byte[0] ?? 0) ^ 1]), 0, 1, at);
  await handle.close();
}

describe('FilesystemArtifactStore', () => {
  it.each([
    ['a truncated', 700, (path: string) => truncate(path, 350)],
    ['an emptied', 700, (path: string) => truncate(path, 0)],
    ['a truncated large', 3_000_000, (path: string) => truncate(path, 2_000_000)],
    ['a byte-flipped', 700, (path: string) => flipByte(path, 300)],
    ['a byte-flipped large', 3_000_000, (path: string) => flipByte(path, 2_999_999)],
  ])('moves %s artifact of %i bytes away on read', async (_what, size, damage) => {
    const { store, folder } = await opened();
    const { digest } = await store.put([noise(size, 1)]);
    await chmod(pathOf(folder, digest), 0o644);
    await damage(pathOf(folder, digest));
    await expect(bytesOf(store.get(digest))).rejects.toMatchObject({
      code: 'store-damaged',
      message: expect.stringContaining('Run again'),
    });
    expect(await store.has(digest)).toBe(false);
    expect(await readdir(join(folder, 'damaged'))).toHaveLength(1);
  });

  it('replaces an artifact of another length when the right bytes are put', async () => {
    const { store, folder } = await opened();
    const bytes = noise(700, 2);
    const { digest } = await store.put([bytes]);
    await chmod(pathOf(folder, digest), 0o644);
    await truncate(pathOf(folder, digest), 10);
    await store.put([bytes]);
    expect(await store.verify(digest)).toBe(true);
  });

  it('removes what dead processes left, and nothing of living ones', async () => {
    const { folder } = await opened();
    const staging = join(folder, 'staging');
    const old = new Date(Date.now() - 2 * 3_600_000);
    await writeFile(join(staging, '999999999-1-ab'), 'of a dead process');
    await writeFile(join(staging, `${process.pid}-1-ab`), 'of an earlier process with our id');
    await writeFile(join(staging, `${process.ppid}-0-ab`), 'of a living process');
    await writeFile(join(staging, 'unknown-new'), '');
    await writeFile(join(staging, 'unknown-old'), '');
    await utimes(join(staging, 'unknown-old'), old, old);
    await mkdir(join(folder, 'trees', '.999999999-1-cd', 'deep'), { recursive: true });
    await chmod(join(folder, 'trees', '.999999999-1-cd'), 0o555);
    await mkdir(join(folder, 'trees', sha256('a tree')));
    await utimes(join(folder, 'trees', sha256('a tree')), old, old);
    await FilesystemArtifactStore.open(folder);
    expect((await readdir(staging)).sort()).toEqual(['unknown-new', `${process.ppid}-0-ab`].sort());
    expect(await readdir(join(folder, 'trees'))).toEqual([sha256('a tree')]);
  });

  it('lays a tree out again when its files changed their size', async () => {
    const { store, folder } = await opened();
    await mkdir(join(folder, 'new'));
    await writeFile(join(folder, 'new/a'), noise(500, 3));
    const { digest } = await store.putTree(join(folder, 'new'));
    const tree = await store.openTree(digest);
    await chmod(tree, 0o755);
    await writeFile(join(tree, 'stranger'), 'not of the tree');
    expect(await store.openTree(digest)).toBe(tree);
    expect(await readdir(tree)).toEqual(['a']);
    expect((await stat(join(tree, 'a'))).ino).toBe(
      (await stat(pathOf(folder, sha256(noise(500, 3))))).ino,
    );
    await store.delete(digest);
    expect(await readdir(join(folder, 'trees'))).toEqual([]);
  });

  it('remembers when an artifact was last read, to the hour', async () => {
    const { store, folder } = await opened();
    const { digest } = await store.put([noise(10, 4)]);
    const old = new Date(Date.now() - 5 * 3_600_000);
    await utimes(pathOf(folder, digest), old, old);
    expect((await all(store.list()))[0]?.usedAt).toBeLessThan(Date.now() - 4 * 3_600_000);
    await bytesOf(store.get(digest));
    expect((await all(store.list()))[0]?.usedAt).toBeGreaterThan(Date.now() - 60_000);
  });

  it('verifies everything and removes what is damaged', async () => {
    const { store, folder } = await opened();
    const good = await store.put([noise(100, 5)]);
    const bad = await store.put([noise(200, 6)]);
    await flipByte(pathOf(folder, bad.digest), 7);
    expect(await verifyAll(store)).toEqual({ checked: 2, size: 300, damaged: [bad.digest] });
    expect(await verifyAll(store)).toEqual({ checked: 1, size: 100, damaged: [] });
    expect(await store.has(good.digest)).toBe(true);
  });
});

describe('a full disk', () => {
  const mounts: string[] = [];
  afterAll(() => {
    for (const mount of mounts) execFileSync('umount', ['-l', mount]);
  });

  /** A filesystem of two megabytes; undefined where this process may not mount one. */
  async function tinyDisk(): Promise<string | undefined> {
    const folder = await temporaryFolder();
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', folder], { stdio: 'ignore' });
    } catch {
      return undefined;
    }
    mounts.push(folder);
    return folder;
  }

  it('refuses with no-space and leaves nothing of the artifact behind', async ({ skip }) => {
    const folder = await tinyDisk();
    if (folder === undefined) return skip('mounting a tmpfs needs root');
    const store = await FilesystemArtifactStore.open(folder);
    const kept = await store.put([noise(500_000, 7)]);
    const large = noise(300_000, 8);
    async function* endless(): AsyncGenerator<Uint8Array> {
      for (let part = 0; part < 20; part++) yield large;
    }
    await expect(store.put(endless())).rejects.toMatchObject({ code: 'no-space' });
    expect(await readdir(join(folder, 'staging'))).toEqual([]);
    expect(await store.verify(kept.digest)).toBe(true);
    const next = await store.put([large]);
    expect(await store.verify(next.digest)).toBe(true);
  });
});
