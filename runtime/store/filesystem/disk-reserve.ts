import { randomFillSync } from 'node:crypto';
import { open, rm, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { GraphError } from '@graft/graph';

/**
 * Bytes. What is written without which nothing gets better: a run's end, and the deletions of a collection,
 * whose write-ahead log grows to some 4 MB before it is used again from its start.
 */
const reserved = 8 << 20;

/**
 * Room that is kept for when the disk is full: a file of the state folder that is deleted when a write must
 * succeed, and made again when there is room enough. Processes share it.
 */
export class DiskReserve {
  readonly #folder: string;
  readonly #path: string;

  constructor(stateFolder: string) {
    this.#folder = stateFolder;
    this.#path = join(stateFolder, 'reserve');
  }

  /** Takes the room, unless it is held already or little more is left. Never throws: it is a precaution. */
  async take(): Promise<void> {
    try {
      const held = await stat(this.#path).catch(() => undefined);
      if (held?.size === reserved) return;
      if (held !== undefined) await rm(this.#path, { force: true });
      if ((await this.#free()) < 2 * reserved) return;
      await this.#fill();
    } catch {
      // Full again, or another process takes it at this moment.
    }
  }

  /** Makes the room free. False when there was none to give. */
  async giveUp(): Promise<boolean> {
    const held = await stat(this.#path).catch(() => undefined);
    await rm(this.#path, { force: true }).catch(() => undefined);
    return held !== undefined && held.size > 0;
  }

  /** Makes the room free when there is hardly any other. */
  async giveUpIfNeeded(): Promise<void> {
    if ((await this.#free().catch(() => 0)) < reserved) await this.giveUp();
  }

  /** Does what must succeed: once more with the room made free, when it failed for want of it. */
  async relieve<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (GraphError.from(error).code !== 'no-space' || !(await this.giveUp())) throw error;
      return await work();
    }
  }

  async #free(): Promise<number> {
    const { bavail, bsize } = await statfs(this.#folder);
    return bavail * bsize;
  }

  async #fill(): Promise<void> {
    const file = await open(this.#path, 'wx');
    try {
      // Noise: a filesystem that compresses would keep nothing for zeros.
      const noise = randomFillSync(Buffer.allocUnsafe(1 << 20));
      for (let size = 0; size < reserved; size += noise.byteLength) await file.writeFile(noise);
    } catch (error) {
      await rm(this.#path, { force: true });
      throw error;
    } finally {
      await file.close();
    }
  }
}
