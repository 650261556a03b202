import { mkdir, mkdtemp, readFile, readdir, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ArtifactStore } from '@graft/graph';
import { all, bytesOf, noise, sha256 } from './bytes.ts';

/** An artifact store under test, with a way to alter what it holds. */
export interface ArtifactStoreSetup {
  readonly store: ArtifactStore;
  /** Alters the stored bytes of a digest behind the store's back, changing their length. */
  readonly damage: (digest: string) => Promise<void>;
}

async function folderOf(files: Record<string, string | Uint8Array>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'graft-contract-'));
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
  return folder;
}

/** What every ArtifactStore does. Add an implementation by calling this from its test. */
export function artifactStoreContract(name: string, make: () => Promise<ArtifactStoreSetup>): void {
  describe(`${name} as an ArtifactStore`, () => {
    it('gives back the bytes under their sha256', async () => {
      const { store } = await make();
      const bytes = noise(1000, 1);
      const { digest, size } = await store.put([bytes.subarray(0, 300), bytes.subarray(300)]);
      expect(digest).toBe(sha256(bytes));
      expect(size).toBe(1000);
      expect(await store.has(digest)).toBe(true);
      expect(await bytesOf(store.get(digest))).toEqual(bytes);
      expect(await store.verify(digest)).toBe(true);
    });

    it('stores nothing at all, and five megabytes', async () => {
      const { store } = await make();
      const empty = await store.put([]);
      expect(empty).toEqual({ digest: sha256(''), size: 0 });
      expect(await bytesOf(store.get(empty.digest))).toHaveLength(0);
      const large = noise(5_000_000, 2);
      async function* stream(): AsyncGenerator<Uint8Array> {
        for (let at = 0; at < large.length; at += 70_000) yield large.subarray(at, at + 70_000);
      }
      const { digest } = await store.put(stream());
      expect(digest).toBe(sha256(large));
      expect(large.equals(await bytesOf(store.get(digest)))).toBe(true);
    });

    it('gives the bytes from one of them on', async () => {
      const { store } = await make();
      const bytes = noise(300_000, 9);
      const { digest } = await store.put([bytes]);
      expect(bytes.subarray(120_001).equals(await bytesOf(store.getFrom(digest, 120_001)))).toBe(
        true,
      );
      expect(await bytesOf(store.getFrom(digest, bytes.length))).toHaveLength(0);
      await expect(bytesOf(store.getFrom(sha256('nothing'), 0))).rejects.toMatchObject({
        code: 'missing-file',
      });
    });

    it('is not fooled by a producer that reuses its buffer', async () => {
      const { store } = await make();
      function* stream(): Generator<Uint8Array> {
        const buffer = Buffer.alloc(4);
        for (const text of ['abcd', 'efgh']) {
          buffer.write(text);
          yield buffer;
        }
      }
      const { digest } = await store.put(stream());
      expect((await bytesOf(store.get(digest))).toString()).toBe('abcdefgh');
    });

    it('takes the same bytes many times at once', async () => {
      const { store } = await make();
      const bytes = noise(400_000, 3);
      const puts = await Promise.all(Array.from({ length: 8 }, () => store.put([bytes])));
      expect(new Set(puts.map((put) => put.digest))).toEqual(new Set([sha256(bytes)]));
      expect(await store.verify(sha256(bytes))).toBe(true);
      expect(await all(store.list())).toHaveLength(1);
    });

    it('takes known bytes from their place once, and refuses others', async () => {
      const { store } = await make();
      let reads = 0;
      const known = (bytes: Buffer) => ({ digest: sha256(bytes), size: bytes.length });
      const from = (bytes: Buffer) =>
        async function* () {
          reads += 1;
          for (let at = 0; at < bytes.length; at += 300_000) yield bytes.subarray(at, at + 300_000);
        };
      for (const bytes of [noise(700, 11), noise(20_000_000, 12)]) {
        reads = 0;
        await store.putKnown(known(bytes), from(bytes));
        await store.putKnown(known(bytes), from(bytes));
        expect(reads).toBe(1);
        expect(bytes.equals(await bytesOf(store.get(sha256(bytes))))).toBe(true);
        const other = Buffer.from(bytes);
        other[bytes.length - 1] = (other[bytes.length - 1] ?? 0) ^ 1;
        for (const wrong of [bytes.subarray(1), Buffer.concat([bytes, Buffer.from('x')]), bytes]) {
          const refused = store.putKnown({ ...known(other), size: bytes.length }, from(wrong));
          await expect(refused).rejects.toMatchObject({ code: 'input-changed' });
        }
        expect(await store.has(sha256(other), { fresh: true })).toBe(false);
      }
      expect(await all(store.list())).toHaveLength(2);
    });

    it('leaves nothing behind when the producer fails', async () => {
      const { store } = await make();
      async function* stream(): AsyncGenerator<Uint8Array> {
        yield noise(600_000, 4);
        throw new Error('the producer failed');
      }
      await expect(store.put(stream())).rejects.toThrow('the producer failed');
      expect(await all(store.list())).toEqual([]);
    });

    it('says what is missing, and refuses what is no digest', async () => {
      const { store } = await make();
      const digest = sha256('nowhere');
      expect(await store.has(digest)).toBe(false);
      expect(await store.verify(digest)).toBe(false);
      await expect(bytesOf(store.get(digest))).rejects.toMatchObject({ code: 'missing-file' });
      await expect(store.openTree(digest)).rejects.toMatchObject({ code: 'missing-file' });
      await expect(store.has('../../etc/passwd')).rejects.toMatchObject({ code: 'bad-input' });
    });

    it.each([900, 3_000_000])('finds %i altered bytes on read and forgets them', async (size) => {
      const { store, damage } = await make();
      const bytes = noise(size, 5);
      const { digest } = await store.put([bytes]);
      await damage(digest);
      expect(await store.verify(digest)).toBe(false);
      await expect(bytesOf(store.get(digest))).rejects.toMatchObject({ code: 'store-damaged' });
      expect(await store.has(digest)).toBe(false);
      await store.put([bytes]);
      expect(await bytesOf(store.get(digest))).toHaveLength(size);
    });

    it('lists and deletes', async () => {
      const { store } = await make();
      const before = Date.now() - 2_000;
      const a = await store.put([noise(10, 6)]);
      const b = await store.put([noise(20, 7)]);
      const listed = await all(store.list());
      expect(new Map(listed.map((entry) => [entry.digest, entry.size]))).toEqual(
        new Map([
          [a.digest, 10],
          [b.digest, 20],
        ]),
      );
      for (const { usedAt } of listed) {
        expect(usedAt).toBeGreaterThan(before);
        expect(usedAt).toBeLessThan(Date.now() + 2_000);
      }
      await store.delete(a.digest);
      await store.delete(a.digest);
      expect(await store.has(a.digest)).toBe(false);
      expect((await all(store.list())).map((entry) => entry.digest)).toEqual([b.digest]);
    });

    it('moves a folder in and lays it out again', async () => {
      const { store } = await make();
      const files = { 'graft.json': '{}', 'data/a.bin': noise(5000, 8), 'data/deep/b.bin': '' };
      const folder = await folderOf(files);
      const { digest, size } = await store.putTree(folder);
      expect(size).toBe(5002);
      await expect(stat(folder)).rejects.toMatchObject({ code: 'ENOENT' });
      const opened = await store.openTree(digest);
      for (const [path, content] of Object.entries(files)) {
        expect(await readFile(join(opened, path))).toEqual(Buffer.from(content));
      }
      expect((await stat(join(opened, 'data/a.bin'))).mode & 0o222).toBe(0);
      expect(await store.openTree(digest)).toBe(opened);
      expect(await store.verify(digest)).toBe(true);
    });

    it('gives equal folders equal digests, whatever order they were written in', async () => {
      const { store } = await make();
      const a = await store.putTree(await folderOf({ b: '1', 'a/c': '2', a0: '3' }));
      const b = await store.putTree(await folderOf({ a0: '3', 'a/c': '2', b: '1' }));
      const c = await store.putTree(await folderOf({ a0: '3', 'a/d': '2', b: '1' }));
      expect(a).toEqual(b);
      expect(c.digest).not.toBe(a.digest);
    });

    it('opens one tree many times at once', async () => {
      const { store } = await make();
      const { digest } = await store.putTree(await folderOf({ a: noise(100_000, 9), 'b/c': 'x' }));
      const opened = await Promise.all(Array.from({ length: 6 }, () => store.openTree(digest)));
      expect(new Set(opened).size).toBe(1);
      expect((await readdir(opened[0] ?? '')).sort()).toEqual(['a', 'b']);
    });

    it('finds a damaged file of a tree, forgets the tree and takes it again', async () => {
      const { store, damage } = await make();
      const content = noise(2000, 10);
      const { digest } = await store.putTree(await folderOf({ a: content, b: 'fine' }));
      await damage(sha256(content));
      await expect(store.openTree(digest)).rejects.toMatchObject({ code: 'store-damaged' });
      expect(await store.has(digest)).toBe(false);
      await store.putTree(await folderOf({ a: content, b: 'fine' }));
      expect(await readFile(join(await store.openTree(digest), 'a'))).toEqual(content);
    });

    it('refuses to open what is no tree, or one whose paths lead out', async () => {
      const { store } = await make();
      const blob = await store.put([Buffer.from('just bytes')]);
      await expect(store.openTree(blob.digest)).rejects.toMatchObject({ code: 'bad-input' });
      const file = { path: '../escaped', digest: blob.digest, size: blob.size };
      const evil = await store.put([Buffer.from(JSON.stringify({ files: [file] }))]);
      await expect(store.openTree(evil.digest)).rejects.toMatchObject({ code: 'bad-input' });
    });
  });
}
