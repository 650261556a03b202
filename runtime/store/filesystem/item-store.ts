import { createHash } from 'node:crypto';
import { mkdir, readdir, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import type { ItemFamily } from '@graft/graph';
import { isDigest } from '../digest.ts';
import { diskError } from '../disk-error.ts';
import type { CollectableItems } from '../collect-garbage.ts';
import { FilesystemItemFamily, isInUse } from './item-family.ts';

/** `ab/<family>/` holds the segments of a family. Payloads stay on disk; keys are in memory while it is open. */
export class FilesystemItemStore implements CollectableItems {
  readonly folder: string;

  static async open(folder: string): Promise<FilesystemItemStore> {
    try {
      await mkdir(folder, { recursive: true });
    } catch (error) {
      throw diskError(error, folder);
    }
    return new FilesystemItemStore(folder);
  }

  private constructor(folder: string) {
    this.folder = folder;
  }

  async open(family: string): Promise<ItemFamily> {
    const folder = this.#path(family);
    try {
      await mkdir(folder, { recursive: true });
      const now = new Date();
      await utimes(folder, now, now);
      return await FilesystemItemFamily.open(folder);
    } catch (error) {
      throw diskError(error, folder);
    }
  }

  async *list(): AsyncGenerator<{ family: string; size: number; usedAt: number }, void, undefined> {
    for (const prefix of (await readdir(this.folder)).sort()) {
      for (const family of (await readdir(join(this.folder, prefix))).sort()) {
        const folder = join(this.folder, prefix, family);
        const found = await stat(folder).catch(() => undefined);
        if (found?.isDirectory() !== true) continue;
        let size = 0;
        for (const name of await readdir(folder)) {
          size += (await stat(join(folder, name)).catch(() => undefined))?.size ?? 0;
        }
        yield { family, size, usedAt: found.mtimeMs };
      }
    }
  }

  async delete(family: string): Promise<boolean> {
    const folder = this.#path(family);
    try {
      if (await isInUse(folder)) return false;
      await rm(folder, { recursive: true, force: true });
      return true;
    } catch (error) {
      throw diskError(error, folder);
    }
  }

  /** Families become folder names: names that are no sha256 are hashed. */
  #path(family: string): string {
    const name = isDigest(family) ? family : createHash('sha256').update(family).digest('hex');
    return join(this.folder, name.slice(0, 2), name);
  }
}
