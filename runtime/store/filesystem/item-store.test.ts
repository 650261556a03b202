import {
  appendFile,
  open,
  readdir,
  rename,
  rm,
  stat,
  truncate,
  writeFile,
  type FileHandle,
} from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { noise, sha256 } from '../testing/contract/index.ts';
import { temporaryFolder } from '../testing/contract/temporary.ts';
import { kill, startFixture } from '../fixtures/child.ts';
import { FilesystemItemStore } from './item-store.ts';

const family = sha256('a family');
const key = (index: number): string => sha256(`item ${index}`);

interface Written {
  readonly store: FilesystemItemStore;
  readonly folder: string;
  readonly segment: string;
  readonly index: string;
}

/** A family of 20 items of 100 bytes, appended ten at a time, and closed. */
async function written(): Promise<Written> {
  const root = await temporaryFolder();
  const store = await FilesystemItemStore.open(root);
  {
    await using items = await store.open(family);
    for (const first of [0, 10]) {
      await items.append(
        Array.from({ length: 10 }, (_, index) => ({
          key: key(first + index),
          payload: noise(100, first + index + 1),
        })),
      );
    }
  }
  const folder = join(root, family.slice(0, 2), family);
  const names = await readdir(folder);
  const named = (end: string): string =>
    join(folder, names.find((name) => name.endsWith(end)) ?? '');
  return { store, folder, segment: named('.seg'), index: named('.idx') };
}

async function readable(store: FilesystemItemStore): Promise<number[]> {
  await using items = await store.open(family);
  const found: number[] = [];
  for (let index = 0; index < 30; index++) {
    const payload = await items.get(key(index));
    if (payload === undefined) continue;
    expect(Buffer.from(payload)).toEqual(noise(100, index + 1));
    found.push(index);
  }
  return found;
}

const upTo = (end: number): number[] => Array.from({ length: end }, (_, index) => index);

async function appendOneMore({ store }: Written): Promise<void> {
  await using items = await store.open(family);
  await items.append([{ key: key(25), payload: noise(100, 26) }]);
}

describe('FilesystemItemStore', () => {
  const recordBytes = 148;
  it.each<[string, (at: Written) => Promise<void>, number[]]>([
    ['whole', async () => {}, upTo(20)],
    ['torn in a payload', ({ segment }) => truncate(segment, 12 * recordBytes - 5), upTo(11)],
    ['torn in a header', ({ segment }) => truncate(segment, 12 * recordBytes + 20), upTo(12)],
    ['emptied', ({ segment }) => truncate(segment, 0), []],
    ['followed by rubbish', ({ segment }) => appendFile(segment, noise(500, 99)), upTo(20)],
    ['without its index', ({ index }) => rm(index), upTo(20)],
    [
      'with a torn index',
      async ({ index }) => truncate(index, (await stat(index)).size - 7),
      upTo(20),
    ],
    ['with a damaged index', ({ index }) => writeFile(index, noise(700, 98)), upTo(20)],
  ])('reads a segment %s and appends to it', async (_what, damage, expected) => {
    const at = await written();
    await damage(at);
    expect(await readable(at.store)).toEqual(expected);
    await appendOneMore(at);
    await appendOneMore(at);
    expect(await readable(at.store)).toEqual([...expected, 25]);
    expect((await readdir(at.folder)).filter((name) => name.endsWith('.seg'))).toHaveLength(1);
  });

  it.each([
    ['99999999-1@ffffff.ffffff.ffffff-x', 'leaves', true],
    ['99999999-1-x', 'takes over', false],
  ])('of a process like %s: %s the segment', async (owner, _does, stays) => {
    const { store, folder, segment, index } = await written();
    await rename(segment, join(folder, `${owner}.seg`));
    await rename(index, join(folder, `${owner}.idx`));
    {
      await using items = await store.open(family);
      await items.append([{ key: key(20), payload: noise(100, 21) }]);
    }
    expect((await readdir(folder)).includes(`${owner}.seg`)).toBe(stays);
    expect(await readable(store)).toHaveLength(21);
    // Nor is a family thrown away that somebody appends to.
    expect(await store.delete(family)).toBe(!stays);
  });

  it('takes an item whose bytes were altered for absent, so that it is written again', async () => {
    const { store, segment } = await written();
    const handle = await open(segment, 'r+');
    await handle.write(Buffer.from([0xff, 0xfe]), 0, 2, 3 * recordBytes + 60);
    await handle.close();
    expect(await readable(store)).toEqual(upTo(20).filter((index) => index !== 3));
    await using items = await store.open(family);
    expect(items.has(key(3))).toBe(true);
    expect(await items.get(key(3))).toBeUndefined();
    expect(items.has(key(3))).toBe(false);
    await items.append([{ key: key(3), payload: noise(100, 4) }]);
    expect(Buffer.from((await items.get(key(3))) ?? '')).toEqual(noise(100, 4));
  });

  it('reads items larger than its blocks and its writes', async () => {
    const store = await FilesystemItemStore.open(await temporaryFolder());
    const payloads = [noise(300_000, 1), noise(9_000_000, 2), noise(10, 3)];
    {
      await using items = await store.open(family);
      await items.append(payloads.map((payload, index) => ({ key: key(index), payload })));
    }
    await using items = await store.open(family);
    for (const [index, payload] of payloads.entries()) {
      expect(payload.equals((await items.get(key(index))) ?? Buffer.alloc(0))).toBe(true);
    }
  });

  it('lets two processes append to one family at once', async () => {
    const folder = await temporaryFolder();
    const children = [
      await startFixture('write-forever.ts', [folder, family]),
      await startFixture('write-forever.ts', [folder, family]),
    ];
    const store = await FilesystemItemStore.open(join(folder, 'items'));
    const first = children.map((child) => `${child.pid} 0`);
    const haveWritten = async (): Promise<boolean> => {
      await using items = await store.open(family);
      return first.every((name) => items.has(name));
    };
    await expect.poll(haveWritten).toBe(true);
    expect(await store.delete(family)).toBe(false);
    for (const child of children) await kill(child);
    await using items = await store.open(family);
    for (const name of first) expect(await items.get(name)).toHaveLength(3_000);
  });

  it('opens by its index, without reading what the items hold', async () => {
    const { store, segment } = await written();
    await writeFile(segment, Buffer.alloc((await stat(segment)).size));
    await using items = await store.open(family);
    expect(upTo(20).filter((index) => items.has(key(index)))).toEqual(upTo(20));
    expect(await items.get(key(7))).toBeUndefined();
  });

  it('reads its file once, in whatever order a window of items is read', async () => {
    const folder = await temporaryFolder();
    const store = await FilesystemItemStore.open(folder);
    const count = 4096;
    const payload = (index: number): Buffer => Buffer.alloc(1540, `${String(index)} `);
    await using items = await store.open(family);
    await items.append(
      Array.from({ length: count }, (_, index) => ({ key: key(index), payload: payload(index) })),
    );
    await using any = await open(folder, 'r');
    const prototype: FileHandle = Object.getPrototypeOf(any);
    const reads = vi.spyOn(prototype, 'read');
    for (let at = 0; at < count; at++) {
      const index = (at * 1021) % count;
      expect(payload(index).equals((await items.get(key(index))) ?? Buffer.alloc(0))).toBe(true);
    }
    const blocks = Math.ceil((count * (48 + 1540)) / (128 * 1024));
    expect(reads).toHaveBeenCalledTimes(blocks);
    reads.mockRestore();
  });
});
