import { randomBytes } from 'node:crypto';
import { link, mkdtemp, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hashFile } from '@graft/kit';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { BlobStore, type KnownFile } from './blob-store.ts';

let root: string;
let blobs: BlobStore;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'graft-blobs-'));
  blobs = new BlobStore(root);
});

afterEach(() => rm(root, { recursive: true, force: true }));

async function stored(size: number): Promise<KnownFile> {
  const path = join(root, 'draft');
  await writeFile(path, randomBytes(size));
  const known = { path: 'model.gguf', ...(await hashFile(path)) };
  await blobs.adopt(path, known);
  return known;
}

/** Links the stored file again and again, as models that share it do, until `work` has ended. */
async function whileLinked<T>({ digest }: KnownFile, work: () => Promise<T>): Promise<T> {
  let isDone = false;
  const links = (async () => {
    for (let at = 0; !isDone; at++) {
      const path = join(root, `link-${String(at)}`);
      await link(blobs.pathOf(digest), path).catch(() => undefined);
      await rm(path, { force: true });
    }
  })();
  try {
    return await work();
  } finally {
    isDone = true;
    await links;
  }
}

it('keeps a file that others link while it is hashed', async () => {
  const file = await stored(8 << 20);
  // Touched, so that its seal no longer tells what it holds.
  await utimes(blobs.pathOf(file.digest), new Date(), new Date());
  expect(await whileLinked(file, () => blobs.hasSound(file))).toBe(true);
  expect((await stat(blobs.pathOf(file.digest))).size).toBe(file.size);
});

it('tells a damaged file, also while others link it, and takes whole bytes in its place', async () => {
  const file = await stored(8 << 20);
  const path = blobs.pathOf(file.digest);
  const whole = await readFile(path);
  await rm(path);
  await writeFile(path, randomBytes(file.size));
  expect(await whileLinked(file, () => blobs.hasSound(file))).toBe(false);
  const again = join(root, 'again');
  await writeFile(again, whole);
  await blobs.adopt(again, file);
  expect(await blobs.hasSound(file)).toBe(true);
  expect((await readFile(path)).equals(whole)).toBe(true);
});

it('keeps a file that comes while another model that shares it looks for it', async () => {
  for (let at = 0; at < 50; at++) {
    const draft = join(root, 'draft');
    await writeFile(draft, `bytes ${String(at)}`);
    const file = { path: 'model.gguf', ...(await hashFile(draft)) };
    let isThere = false;
    const looking = (async () => {
      while (!isThere) await blobs.hasSound(file);
    })();
    await blobs.adopt(draft, file);
    isThere = true;
    await looking;
    expect(await blobs.hasSound(file)).toBe(true);
  }
});
