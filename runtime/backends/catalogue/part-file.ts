import { open, readFile, rm, stat, type FileHandle } from 'node:fs/promises';
import { hasCode } from '@graft/kit';

/** From the first byte to the one after the last. */
export type ByteRange = readonly [from: number, to: number];

/** Bytes that may come again after the process has been killed. */
const notedEvery = 1 << 20;

/**
 * A file that is downloaded in pieces. What of it has come is known after the process was killed: all that there is of a
 * file that has grown from its beginning, else what `<path>.ranges` lists, which is written after the bytes.
 */
export class PartFile implements AsyncDisposable {
  readonly #path: string;
  readonly #handle: FileHandle;
  #ranges: ByteRange[];
  /** Absent while the file has grown from its beginning. */
  #notes: Promise<FileHandle> | undefined;
  #unnoted: ByteRange[] = [];

  private constructor(path: string, handle: FileHandle, ranges: ByteRange[]) {
    this.#path = path;
    this.#handle = handle;
    this.#ranges = ranges;
  }

  static async open(path: string): Promise<PartFile> {
    const { ranges, noted } = await readRanges(path);
    const flags = (await stat(path).catch(() => undefined)) === undefined ? 'w+' : 'r+';
    const notes = noted ? await open(rangesPath(path), 'a') : undefined;
    try {
      const file = new PartFile(path, await open(path, flags), ranges);
      if (notes !== undefined) file.#notes = Promise.resolve(notes);
      return file;
    } catch (error) {
      await notes?.close();
      throw error;
    }
  }

  /** Bytes that have come of the file at a path. */
  static async received(path: string): Promise<number> {
    return sizeOf((await readRanges(path)).ranges);
  }

  static async remove(path: string): Promise<void> {
    await rm(path, { force: true });
    await rm(rangesPath(path), { force: true });
  }

  get received(): number {
    return sizeOf(this.#ranges);
  }

  /** What is missing of so many bytes, in pieces of at most `piece`. */
  gaps(size: number, piece: number): ByteRange[] {
    const gaps: ByteRange[] = [];
    let at = 0;
    for (const [from, to] of [...this.#ranges, [size, size] as const]) {
      for (; at < Math.min(from, size); at += piece) {
        gaps.push([at, Math.min(at + piece, from, size)]);
      }
      at = Math.max(at, to);
    }
    return gaps;
  }

  async write(bytes: Uint8Array, from: number): Promise<void> {
    const to = from + bytes.byteLength;
    if (!this.#growsAt(from)) this.#notes ??= this.#beginNotes();
    await this.#notes;
    for (let done = 0; done < bytes.byteLength;) {
      const left = bytes.byteLength - done;
      done += (await this.#handle.write(bytes, done, left, from + done)).bytesWritten;
    }
    this.#ranges = merged([...this.#ranges, [from, to]]);
    this.#unnoted = merged([...this.#unnoted, [from, to]]);
    if (sizeOf(this.#unnoted) >= notedEvery) await this.#note();
  }

  /** Forgets what has come. */
  async clear(): Promise<void> {
    await (await this.#notes)?.close();
    this.#notes = undefined;
    this.#ranges = [];
    this.#unnoted = [];
    await this.#handle.truncate(0);
    await rm(rangesPath(this.#path), { force: true });
  }

  /** What the disk has no room to note comes again: that hides no reason for which a download ends. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#note().catch(() => undefined);
    const notes = await this.#notes?.catch(() => undefined);
    await notes?.close();
    await this.#handle.close();
  }

  /** Whether bytes there go on from all that has come. */
  #growsAt(from: number): boolean {
    const [first = [0, 0], ...others] = this.#ranges;
    return others.length === 0 && first[0] === 0 && first[1] === from;
  }

  async #beginNotes(): Promise<FileHandle> {
    const notes = await open(rangesPath(this.#path), 'w');
    this.#unnoted = [];
    try {
      await notes.appendFile(this.#ranges.length === 0 ? nothingYet : lines(this.#ranges));
      return notes;
    } catch (error) {
      await notes.close();
      throw error;
    }
  }

  async #note(): Promise<void> {
    const notes = await this.#notes;
    const ranges = this.#unnoted;
    this.#unnoted = [];
    if (ranges.length > 0) await notes?.appendFile(lines(ranges));
  }
}

/** First line of a list where nothing has come yet: one without any line was cut off before the file had gaps. */
const nothingYet = '0 0\n';

const rangesPath = (path: string): string => `${path}.ranges`;
const sizeOf = (ranges: readonly ByteRange[]): number =>
  ranges.reduce((sum, [from, to]) => sum + to - from, 0);
const lines = (ranges: readonly ByteRange[]): string =>
  ranges.map(([from, to]) => `${from} ${to}\n`).join('');

/** Sorted, none touching another. */
function merged(ranges: readonly ByteRange[]): ByteRange[] {
  const all: [number, number][] = [];
  for (const [from, to] of ranges.toSorted((a, b) => a[0] - b[0])) {
    const last = all.at(-1);
    if (last !== undefined && from <= last[1]) last[1] = Math.max(last[1], to);
    else all.push([from, to]);
  }
  return all;
}

async function readRanges(path: string): Promise<{ ranges: ByteRange[]; noted: boolean }> {
  const absent = (error: unknown): undefined => {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  };
  const size = (await stat(path).catch(absent))?.size ?? 0;
  const text = size === 0 ? undefined : await readFile(rangesPath(path), 'utf8').catch(absent);
  if (text?.includes('\n') !== true) {
    return { ranges: size === 0 ? [] : [[0, size]], noted: false };
  }
  // A last line that was cut off has no end; what lies beyond the file was lost with the machine's power.
  const noted = [...text.matchAll(/^(\d{1,15}) (\d{1,15})\n/gm)]
    .map(([, from, to]): ByteRange => [Number(from), Number(to)])
    .filter(([from, to]) => from < to && to <= size);
  return { ranges: merged(noted), noted: true };
}
