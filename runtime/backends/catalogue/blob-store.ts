import { chmod, mkdir, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import {
  hasCode,
  hashFile,
  linkOrCopy,
  placeFile,
  replaceFile,
  stagingName,
  syncPath,
} from '@graft/kit';
import { bootId } from './boot-id.ts';

/** A file whose digest is known. */
export interface KnownFile {
  readonly path: string;
  readonly digest: string;
  readonly size: number;
}

const sealSchema = z.object({ boot: z.string(), mtimeMs: z.number(), size: z.number() });

/**
 * Model files by content: `sha256/ab/<digest>` below the models folder, laid out for use as
 * `models/<id>/<path>` by hard link. A seal beside each file says when its digest was last checked.
 */
export class BlobStore {
  readonly root: string;
  readonly #boot = bootId();

  constructor(root: string) {
    this.root = root;
  }

  modelFolder(id: string): string {
    return join(this.root, 'models', id);
  }

  #blobPath(digest: string): string {
    return join(this.root, 'sha256', digest.slice(0, 2), digest);
  }

  /** A place on the same filesystem for what is not complete yet. */
  async partialPath(name: string): Promise<string> {
    const folder = join(this.root, 'partial');
    await mkdir(folder, { recursive: true });
    return join(folder, name);
  }

  /**
   * Whether the laid-out file holds the very bytes: by size and time against the seal, or, the first time
   * after the machine started or when the time changed, by its whole digest.
   */
  isLaidOut(id: string, file: KnownFile): Promise<boolean> {
    return this.#isSound(join(this.modelFolder(id), file.path), file);
  }

  /** Whether it is there in the right size; reads no content. */
  async isPresent(id: string, file: KnownFile): Promise<boolean> {
    const found = await stat(join(this.modelFolder(id), file.path)).catch(() => undefined);
    return found?.size === file.size;
  }

  /** Whether the bytes are stored; removes them when they are damaged. */
  async hasSound(file: KnownFile): Promise<boolean> {
    const path = this.#blobPath(file.digest);
    if (await this.#isSound(path, file)) return true;
    await rm(path, { force: true });
    return false;
  }

  /** Takes over a verified file by moving it in. */
  async adopt(path: string, file: KnownFile): Promise<void> {
    const target = this.#blobPath(file.digest);
    // Hard links share the bytes: nobody may write into them.
    await chmod(path, 0o444);
    await syncPath(path);
    await placeFile(path, target);
    await this.#seal(target, file.digest);
  }

  /** Links a stored file to its place in the model's folder. */
  async layOut(id: string, file: KnownFile): Promise<void> {
    const source = this.#blobPath(file.digest);
    const target = join(this.modelFolder(id), file.path);
    await mkdir(dirname(target), { recursive: true });
    const draft = `${target}.${stagingName()}`;
    await linkOrCopy(source, draft);
    // A copy is checked against the seal by its time, as the original.
    const { atime, mtime } = await stat(source);
    await utimes(draft, atime, mtime);
    await rename(draft, target);
  }

  async removeModel(id: string): Promise<void> {
    await rm(this.modelFolder(id), { recursive: true, force: true });
  }

  async removeBlob(digest: string): Promise<void> {
    await rm(this.#blobPath(digest), { force: true });
    await rm(this.#sealPath(digest), { force: true });
  }

  #sealPath(digest: string): string {
    return `${this.#blobPath(digest)}.seal.json`;
  }

  async #seal(path: string, digest: string): Promise<void> {
    const { mtimeMs, size } = await stat(path);
    await replaceFile(this.#sealPath(digest), JSON.stringify({ boot: this.#boot, mtimeMs, size }));
  }

  async #isSound(path: string, file: KnownFile): Promise<boolean> {
    const found = await stat(path).catch((error: unknown) => {
      if (hasCode(error, 'ENOENT', 'ENOTDIR')) return undefined;
      throw error;
    });
    if (found?.size !== file.size) return false;
    const seal = await readFile(this.#sealPath(file.digest), 'utf8')
      .then((text) => sealSchema.safeParse(JSON.parse(text)).data)
      .catch(() => undefined);
    if (seal?.boot === this.#boot && seal.mtimeMs === found.mtimeMs && seal.size === found.size) {
      return true;
    }
    if ((await hashFile(path)).digest !== file.digest) return false;
    await this.#seal(path, file.digest);
    return true;
  }
}
