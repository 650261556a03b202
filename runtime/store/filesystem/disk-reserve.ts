import { randomFillSync } from 'node:crypto';
import { statfsSync, type Stats } from 'node:fs';
import { open, stat, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { GraphError } from '@graft/graph';

/** Bytes that are given up at a time, so that no writer takes more than it needs. */
const piece = 1 << 20;
/**
 * Bytes. A collection's write-ahead log grows to some 4 MB before SQLite uses it again from its start; an end takes
 * far less.
 */
const reserved = 8 * piece;

/**
 * What the reserve is used for, with the bytes that it leaves to the uses after it. An experiment ends after its
 * variants, whose ends must not use up what its own needs. Whoever comes to make room must always be let in.
 */
const leaves = { run: 4 * piece, experiment: 2 * piece, collection: 0 } as const;
export type ReserveUse = keyof typeof leaves;

/**
 * Room that is kept for when the disk is full: a file of the state folder that shrinks when a write must succeed, and
 * grows again when there is room. Processes share it.
 */
export class DiskReserve {
  readonly #folder: string;
  readonly #path: string;

  constructor(stateFolder: string) {
    this.#folder = stateFolder;
    this.#path = join(stateFolder, 'reserve');
  }

  /** Takes the room, unless little more is left: a run on a small disk needs it. Never throws: it is a precaution. */
  async take(): Promise<void> {
    try {
      const held = await this.#held();
      if (held < reserved && held + this.#free() >= 2 * reserved) await this.#fill(reserved);
    } catch {
      // Full again, or another process takes it at this moment.
    }
  }

  /** Makes all of the room free when there is hardly any other. */
  async giveUpIfNeeded(): Promise<void> {
    if (this.isFull()) await this.#shrink(0);
  }

  /** Whether there is hardly any room besides the reserve. */
  isFull(): boolean {
    try {
      return this.#free() < reserved;
    } catch {
      return true;
    }
  }

  /** Does what must succeed: again with more room made free, as long as it fails for want of it. */
  async relieve<T>(use: ReserveUse, work: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await work();
      } catch (error) {
        if (GraphError.from(error).code !== 'no-space' || !(await this.#giveUp(use))) throw error;
      }
    }
  }

  /** Makes a piece free. False when none is left for this use. */
  async #giveUp(use: ReserveUse): Promise<boolean> {
    const held = await this.#held();
    return held > leaves[use] && (await this.#shrink(Math.max(leaves[use], held - piece)));
  }

  async #shrink(size: number): Promise<boolean> {
    try {
      const file = await open(this.#path, 'r+');
      try {
        await shrink(file, size);
      } finally {
        await file.close();
      }
      return true;
    } catch {
      return false;
    }
  }

  async #held(): Promise<number> {
    const file = await stat(this.#path).catch(() => undefined);
    return file === undefined ? 0 : heldBy(file);
  }

  #free(): number {
    const { bavail, bsize } = statfsSync(this.#folder);
    return bavail * bsize;
  }

  async #fill(wanted: number): Promise<void> {
    const file = await open(this.#path, 'a');
    try {
      const found = await file.stat();
      // Nothing says where in the file a hole is: it is filled anew.
      const held = heldBy(found) < found.size ? 0 : found.size;
      await this.#append(file, held, wanted);
    } finally {
      await file.close();
    }
  }

  async #append(file: FileHandle, held: number, wanted: number): Promise<void> {
    try {
      await shrink(file, held);
      // Noise: a filesystem that compresses would keep nothing for zeros.
      const noise = randomFillSync(Buffer.allocUnsafe(piece));
      for (let size = held; size < wanted; size += piece) {
        await file.writeFile(noise.subarray(0, wanted - size));
      }
      // Another process may have appended at the same time.
      await shrink(file, reserved);
    } catch (error) {
      await shrink(file, held);
      throw error;
    }
  }
}

/** Never makes it larger: another process may have made it smaller, and `truncate` would add a hole. */
async function shrink(file: FileHandle, size: number): Promise<void> {
  if ((await file.stat()).size > size) await file.truncate(size);
}

/** Bytes of the disk that a file keeps from others, up to its size: a hole keeps none. */
function heldBy({ size, blocks }: Pick<Stats, 'size' | 'blocks'>): number {
  return Math.min(size, blocks * 512);
}
