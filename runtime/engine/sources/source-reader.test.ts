import { createHash } from 'node:crypto';
import { mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ArtifactStore, SourceFile } from '@graft/graph';
import { MemoryArtifactStore } from '@graft/store/testing';
import { SourceReader } from './source-reader.ts';

let folder: string;
let absolute: string;
const old = Buffer.alloc(3_000_000, 'old text. ');
const small = Buffer.from('small');
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'graft-reader-'));
  absolute = join(folder, 'a.txt');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** A reader of the one file, which was hashed when it held `hashed`: in the workspace, else in a store. */
function readerOf(
  hashed: Uint8Array,
  stored?: Pick<ArtifactStore, 'get'>,
): { reader: SourceReader; file: SourceFile } {
  const file = { path: 'a.txt', digest: sha256(hashed), size: hashed.length };
  const signal = new AbortController().signal;
  const sources = [{ kind: 'files' as const, param: 'paths', files: [file] }];
  const inWorkspace = { workspaceFolder: folder, artifacts: new MemoryArtifactStore() };
  const place = stored === undefined ? inWorkspace : { artifacts: stored };
  const verifyMore = (): Promise<void> => Promise.resolve();
  const reader = new SourceReader(sources, place, { signal, verifyMore });
  const [only] = reader.files('paths');
  if (only === undefined) throw new Error('no file');
  return { reader, file: only };
}

async function all(file: SourceFile): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of file.stream()) pieces.push(piece);
  return Buffer.concat(pieces);
}

/** Changes one byte far behind what was read, keeping size and inode. */
async function edit(at: number): Promise<void> {
  const handle = await open(absolute, 'r+');
  await handle.write('X', at);
  await handle.close();
}

const changed = { code: 'input-changed', location: { file: 'a.txt' } };

describe('a source file', () => {
  it.each([
    ['small', small],
    ['large', old],
  ])('gives its bytes, whole and in pieces, when it is %s', async (_, bytes) => {
    await writeFile(absolute, bytes);
    const { reader, file } = readerOf(bytes);
    const read = await reader.verified(async () => [await file.bytes(), await all(file)]);
    expect(read.map((each) => sha256(each))).toEqual([sha256(bytes), sha256(bytes)]);
  });

  it.each([
    ['small', small],
    ['large', old],
  ])('refuses other bytes than those that were hashed, when it is %s', async (_, bytes) => {
    await writeFile(absolute, Buffer.from(bytes).fill('y', 0, 2));
    const { reader, file } = readerOf(bytes);
    await expect(reader.verified(() => file.bytes())).rejects.toMatchObject(changed);
    await expect(readerOf(bytes).reader.verified(() => all(file))).rejects.toMatchObject(changed);
  });

  it('that has gone has changed', async () => {
    const { reader, file } = readerOf(old);
    await expect(reader.verified(() => all(file))).rejects.toMatchObject(changed);
  });

  it('is verified to its end where a node stops reading early', async () => {
    await writeFile(absolute, old);
    const { reader, file } = readerOf(old);
    const first = reader.verified(async () => {
      for await (const piece of file.stream()) {
        await edit(2_900_000);
        return piece.length;
      }
      return 0;
    });
    await expect(first).rejects.toMatchObject(changed);
  });

  it('is verified where a node leaves its stream open', async () => {
    await writeFile(absolute, old);
    const { reader, file } = readerOf(old);
    const first = reader.verified(async () => {
      await file.stream()[Symbol.asyncIterator]().next();
      await edit(2_900_000);
    });
    await expect(first).rejects.toMatchObject(changed);
  });

  it('says so rather than what a node makes of half a change', async () => {
    await writeFile(absolute, old);
    const { reader, file } = readerOf(old);
    const reading = reader.verified(async () => {
      for await (const _ of file.stream()) {
        await edit(2_900_000);
        throw new Error('this is not JSON');
      }
    });
    await expect(reading).rejects.toMatchObject(changed);
  });

  it('need not be read to the end again where nothing has touched it since', async () => {
    await writeFile(absolute, old);
    await wait(40);
    const { reader, file } = readerOf(old);
    await all(file);
    const handle = await open(absolute);
    const read = vi.spyOn(Object.getPrototypeOf(handle) as typeof handle, 'read');
    await handle.close();
    await reader.verified(async () => {
      for await (const piece of file.stream()) return piece;
      return undefined;
    });
    // Its first piece, of twelve.
    expect(read).toHaveBeenCalledTimes(1);
    read.mockRestore();
    await edit(2_900_000);
    const again = reader.verified(async () => {
      for await (const piece of file.stream()) return piece;
      return undefined;
    });
    await expect(again).rejects.toMatchObject(changed);
  });

  it('is copied as it was hashed, or not at all', async () => {
    await writeFile(absolute, old);
    const { reader, file } = readerOf(old);
    await reader.copy([file], join(folder, 'copies'));
    expect(sha256(await readFile(join(folder, 'copies', 'a.txt')))).toBe(file.digest);
    await edit(5);
    const again = readerOf(old);
    await expect(again.reader.copy([again.file], join(folder, 'more'))).rejects.toMatchObject(
      changed,
    );
  });
});

describe('a source file in the store, while somebody else verifies what was read', () => {
  /** A store whose second piece comes once it is opened. */
  function halves() {
    let open = (): void => undefined;
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    const stored = {
      async *get() {
        yield small.subarray(0, 2);
        await gate;
        yield small.subarray(2);
      },
    };
    return { ...readerOf(small, stored), open };
  }
  const nothing = (): Promise<void> => Promise.resolve();

  it('gives all of its bytes, not those up to there', async () => {
    const { reader, file, open } = halves();
    const bytes = file.bytes();
    const verified = reader.verified(nothing);
    open();
    await verified;
    expect(Buffer.from(await bytes)).toEqual(small);
  });

  it('ends no stream before its end', async () => {
    const { reader, file, open } = halves();
    open();
    const pieces = file.stream()[Symbol.asyncIterator]();
    await pieces.next();
    await reader.verified(nothing);
    await expect(pieces.next()).rejects.toMatchObject({ code: 'internal' });
  });

  it('ends a stream that has given all of it', async () => {
    const { reader, file, open } = halves();
    open();
    const pieces = file.stream()[Symbol.asyncIterator]();
    await pieces.next();
    await pieces.next();
    await reader.verified(nothing);
    expect(await pieces.next()).toMatchObject({ done: true });
  });
});
