import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FilesystemArtifactStore } from '@graft/store/filesystem';
import { expect, it } from 'vitest';
import { openWhole } from './open-whole.ts';

it('opens a tree that is whole, and none that was damaged after it was laid out', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'graft-whole-'));
  const { signal } = new AbortController();
  try {
    const store = await FilesystemArtifactStore.open(join(folder, 'store'));
    await mkdir(join(folder, 'tree/deep'), { recursive: true });
    await writeFile(join(folder, 'tree/a'), 'a');
    await writeFile(join(folder, 'tree/deep/b'), 'right');
    const { digest } = await store.putTree(join(folder, 'tree'));
    const laidOut = await openWhole(store, digest, signal);
    expect(await readFile(join(laidOut, 'deep/b'), 'utf8')).toBe('right');
    await chmod(join(laidOut, 'deep/b'), 0o644);
    await writeFile(join(laidOut, 'deep/b'), 'wrong');
    // By its size it is what it was.
    expect(await store.openTree(digest)).toBe(laidOut);
    await expect(openWhole(store, digest, signal)).rejects.toMatchObject({ code: 'store-damaged' });
    // It is made again where it is needed.
    await expect(store.openTree(digest)).rejects.toMatchObject({ code: 'store-damaged' });
  } finally {
    await chmod(join(folder, 'store/trees'), 0o755);
    await rm(folder, { recursive: true, force: true });
  }
});
