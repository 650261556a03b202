import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ItemFamily } from '@graft/graph';
import { hasCode, isAbandoned, stagingName } from '@graft/kit';
import { itemId, type ItemPlace } from './item-record.ts';
import { ItemSegment } from './item-segment.ts';

/** Size (bytes) from which on a segment is not appended to. */
const largestSegment = 1 << 30;

/** Segments are named for the process that appends to them; no process appends to `free-…` ones. */
async function isFree(folder: string, name: string): Promise<boolean> {
  return (await isAbandoned(join(folder, `${name}.seg`))) ?? true;
}

async function segmentNames(folder: string): Promise<string[]> {
  try {
    const names = await readdir(folder);
    return names.filter((name) => name.endsWith('.seg')).map((name) => name.slice(0, -4));
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return [];
    throw error;
  }
}

/** Whether a process appends to the family in this folder. */
export async function isInUse(folder: string): Promise<boolean> {
  for (const name of await segmentNames(folder)) if (!(await isFree(folder, name))) return true;
  return false;
}

/**
 * One opened family. It sees the items that existed when it was opened, and those that it appends. It appends to a segment
 * of its own: a free one that it takes over by renaming, or else a new one.
 */
export class FilesystemItemFamily implements ItemFamily {
  readonly #folder: string;
  readonly #places = new Map<
    string,
    { readonly segment: ItemSegment; readonly place: ItemPlace }
  >();
  readonly #segments: { readonly name: string; readonly segment: ItemSegment }[] = [];
  #own: ItemSegment | undefined;
  #tail: Promise<void> = Promise.resolve();

  static async open(folder: string): Promise<FilesystemItemFamily> {
    const family = new FilesystemItemFamily(folder);
    const seen = new Set<string>();
    // Another process may take over (rename) a segment between listing and opening it: look again.
    for (let again = true, round = 0; again && round < 5; round++) {
      again = false;
      for (const name of await segmentNames(folder)) {
        if (seen.has(name)) continue;
        const opened = await ItemSegment.open(join(folder, name));
        again ||= opened === undefined;
        if (opened === undefined) continue;
        seen.add(name);
        family.#segments.push({ name, segment: opened.segment });
        family.#add(opened.segment, opened.entries);
      }
    }
    return family;
  }

  private constructor(folder: string) {
    this.#folder = folder;
  }

  has(key: string): boolean {
    return this.#places.has(itemId(key));
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    const id = itemId(key);
    const found = this.#places.get(id);
    if (found === undefined) return undefined;
    const payload = await found.segment.read(found.place);
    // A damaged item counts as missing, so that it is computed and appended again.
    if (payload === undefined) this.#places.delete(id);
    return payload;
  }

  append(
    entries: readonly { readonly key: string; readonly payload: Uint8Array }[],
  ): Promise<void> {
    const after = this.#tail.then(() => this.#append(entries));
    this.#tail = after.catch(() => undefined);
    return after;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#tail;
    await this.#own?.rename(join(this.#folder, `free-${randomBytes(8).toString('hex')}`));
    this.#own = undefined;
    for (const { segment } of this.#segments.splice(0)) await segment.close();
    this.#places.clear();
  }

  async #append(
    entries: readonly { readonly key: string; readonly payload: Uint8Array }[],
  ): Promise<void> {
    if (entries.length === 0) return;
    const own = (this.#own ??= await this.#takeSegment());
    const records = entries.map(({ key, payload }) => ({ id: itemId(key), payload }));
    this.#add(own, await own.append(records));
  }

  async #takeSegment(): Promise<ItemSegment> {
    const path = join(this.#folder, stagingName());
    for (const { name, segment } of this.#segments) {
      if (segment.size >= largestSegment || !(await isFree(this.#folder, name))) continue;
      const entries = await segment.take(path);
      if (entries === undefined) continue;
      this.#add(segment, entries);
      return segment;
    }
    const segment = await ItemSegment.create(path);
    this.#segments.push({ name: '', segment });
    return segment;
  }

  #add(
    segment: ItemSegment,
    entries: readonly { readonly id: string; readonly place: ItemPlace }[],
  ): void {
    for (const { id, place } of entries) this.#places.set(id, { segment, place });
  }
}
