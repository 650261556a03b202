import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, inject, it } from 'vitest';
import { all, noise, sha256 } from '../testing/contract/index.ts';
import { temporaryFolder } from '../testing/contract/temporary.ts';
import { kill, startFixture } from '../fixtures/child.ts';
import { openFilesystemStores } from './index.ts';
import { parseManifest } from './tree.ts';
import { bytesOf } from '../testing/contract/bytes.ts';

const rounds = 30 * inject('share');
const family = sha256('a family');

/** On a busy machine, each child might be killed before it has written anything. */
async function firstWrites(folder: string, pid: number | undefined): Promise<void> {
  const { artifacts, items } = await openFilesystemStores(folder);
  await expect.poll(() => all(artifacts.list())).not.toEqual([]);
  const hasItem = async (): Promise<boolean> => {
    await using opened = await items.open(family);
    return opened.has(`${pid} 0`);
  };
  await expect.poll(hasItem).toBe(true);
}

describe('a process killed in the middle of its writes', () => {
  it('leaves only whole artifacts and whole items, several times in a row', async () => {
    const folder = await temporaryFolder();
    let items = 0;
    for (let round = 0; round < rounds; round++) {
      const child = await startFixture('write-forever.ts', [folder, family]);
      if (round === 0) await firstWrites(folder, child.pid);
      await pause(30 + (round % 10) * 25);
      await kill(child);

      const stores = await openFilesystemStores(folder);
      for await (const { digest, size } of stores.artifacts.list()) {
        expect(await stores.artifacts.verify(digest), digest).toBe(true);
        if (size > 1_000) continue;
        const manifest = parseManifest(await bytesOf(stores.artifacts.get(digest)));
        if (manifest !== undefined) await stores.artifacts.openTree(digest);
      }
      expect(await readdir(join(folder, 'artifacts/staging'))).toEqual([]);
      expect(await readdir(join(folder, 'artifacts/damaged'))).toEqual([]);

      await using opened = await stores.items.open(family);
      let found = 0;
      while (opened.has(`${child.pid} ${found}`)) {
        expect(await opened.get(`${child.pid} ${found}`)).toHaveLength(3_000);
        found += 1;
      }
      // Takes over the dead process's segment.
      await opened.append([{ key: `round ${round}`, payload: noise(100, round + 1) }]);
      items += found;
    }
    expect(items).toBeGreaterThan(0);
    expect(await all((await openFilesystemStores(folder)).artifacts.list())).not.toEqual([]);
    const stores = await openFilesystemStores(folder);
    await using opened = await stores.items.open(family);
    for (let round = 0; round < rounds; round++) {
      expect(await opened.get(`round ${round}`)).toHaveLength(100);
    }
    const names = await readdir(join(folder, 'items', family.slice(0, 2), family));
    expect(names.filter((name) => name.endsWith('.seg'))).toHaveLength(1);
  });
});
