import { createHash } from 'node:crypto';
import { chmod, mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { isPlainModelId } from '@graft/graph';
import { z } from 'zod';
import {
  hashFile,
  linkOrCopy,
  placeFile,
  removeLeftovers,
  removePartials,
  replaceFile,
  stagingName,
  syncPath,
} from '@graft/kit';
import { bootId } from './boot-id.ts';
import { stampOf, statOf } from './file-stamp.ts';

/** A file whose digest is known. */
export interface KnownFile {
  readonly path: string;
  readonly digest: string;
  readonly size: number;
}

const sealSchema = z.object({ boot: z.string(), stamp: z.string() });

/** Attempts at hashing a file that somebody touches meanwhile. */
const hashings = 3;

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
    return join(this.root, 'models', this.nameOf(id));
  }

  /** Names files and folders of a model: its id, or what is like a reference to a hub and no other's. */
  nameOf(id: string): string {
    if (isPlainModelId(id)) return id;
    const hash = createHash('sha256').update(id).digest('hex').slice(0, 12);
    return `${id.replace(/[^\w.-]+/g, '-').slice(0, 100)}-${hash}`;
  }

  /** Where a stored file lies. */
  pathOf(digest: string): string {
    return join(this.root, 'sha256', digest.slice(0, 2), digest);
  }

  /** For what is not complete yet, on the same filesystem. */
  get partialFolder(): string {
    return join(this.root, 'partial');
  }

  /** Whether any download has begun and not ended. */
  async hasParts(): Promise<boolean> {
    const names = await readdir(this.partialFolder).catch((): string[] => []);
    return names.some((name) => name.endsWith('.part'));
  }

  /** A place in that folder under this process's name, once what processes left that died as they wrote is gone. */
  async stagingPath(ending = ''): Promise<string> {
    await this.removeLeftovers();
    await mkdir(this.partialFolder, { recursive: true });
    return join(this.partialFolder, `${stagingName()}${ending}`);
  }

  /** Of processes that died as they wrote. Downloads, which go on, name no process. */
  async removeLeftovers(): Promise<void> {
    await removeLeftovers(this.partialFolder, () => true);
    await removePartials(this.partialFolder);
  }

  /**
   * Whether the laid-out file holds the very bytes: by its stamp against the seal, or, the first time after the
   * machine started or when anybody has touched it, by its whole digest.
   */
  isLaidOut(id: string, file: KnownFile): Promise<boolean> {
    return this.#isSound(join(this.modelFolder(id), file.path), file);
  }

  /** Of the laid-out file: another once anybody has touched it. Undefined where it is not there. */
  stampOf(id: string, { path }: Pick<KnownFile, 'path'>): Promise<string | undefined> {
    return stampOf(join(this.modelFolder(id), path));
  }

  /** Of the stored file itself. */
  stampOfBlob(digest: string): Promise<string | undefined> {
    return stampOf(this.pathOf(digest));
  }

  /** Whether it is there in the right size; reads no content. */
  async isPresent(id: string, file: KnownFile): Promise<boolean> {
    const found = await stat(join(this.modelFolder(id), file.path)).catch(() => undefined);
    return found?.size === file.size;
  }

  /**
   * Whether the bytes are stored. Those that are damaged stay until `adopt` replaces them: another model that shares
   * the file may do so at this moment, and a removal would take the new bytes.
   */
  hasSound(file: KnownFile): Promise<boolean> {
    return this.#isSound(this.pathOf(file.digest), file);
  }

  /** Takes over a verified file by moving it in. */
  async adopt(path: string, file: KnownFile): Promise<void> {
    const target = this.pathOf(file.digest);
    // Hard links share the bytes: nobody may write into them.
    await chmod(path, 0o444);
    await syncPath(path);
    await placeFile(path, target);
    await this.#seal(target, file.digest);
  }

  /** Links a stored file to its place in the model's folder. One that is sound there is not touched. */
  async layOut(id: string, file: KnownFile): Promise<void> {
    if (await this.isLaidOut(id, file)) return;
    const source = this.pathOf(file.digest);
    const target = join(this.modelFolder(id), file.path);
    await mkdir(dirname(target), { recursive: true });
    const draft = `${target}.${stagingName()}`;
    const sealed = await this.#isSealed(source, file.digest);
    try {
      await linkOrCopy(source, draft);
      await rename(draft, target);
    } finally {
      // Also what is renamed to another link of the same file stays.
      await rm(draft, { force: true });
    }
    // Linking and renaming touch the file: what was sealed still is.
    if (sealed) await this.#seal(target, file.digest);
  }

  /** The text of a stored file. */
  text(digest: string): Promise<string> {
    return readFile(this.pathOf(digest), 'utf8');
  }

  async removeModel(id: string): Promise<void> {
    await rm(this.modelFolder(id), { recursive: true, force: true });
  }

  async removeBlob(digest: string): Promise<void> {
    await rm(this.pathOf(digest), { force: true });
    await rm(this.#sealPath(digest), { force: true });
  }

  /**
   * Deletes stored files older than a time that are not `kept` and lie in no model's folder. Gives their bytes. `dryRun`: only
   * tells them.
   */
  async removeOrphans(
    kept: ReadonlySet<string>,
    { before, dryRun }: { readonly before: number; readonly dryRun: boolean },
  ): Promise<number> {
    const names = await readdir(join(this.root, 'sha256'), { recursive: true }).catch(() => []);
    let bytes = 0;
    for (const digest of names.map((name) => basename(name))) {
      if (!/^[0-9a-f]{64}$/.test(digest) || kept.has(digest)) continue;
      const found = await stat(this.pathOf(digest)).catch(() => undefined);
      if (found === undefined || found.nlink > 1 || found.mtimeMs > before) continue;
      if (!dryRun) await this.removeBlob(digest);
      bytes += found.size;
    }
    return bytes;
  }

  #sealPath(digest: string): string {
    return `${this.pathOf(digest)}.seal.json`;
  }

  async #seal(path: string, digest: string, known?: string): Promise<void> {
    const stamp = known ?? (await stampOf(path));
    await replaceFile(this.#sealPath(digest), JSON.stringify({ boot: this.#boot, stamp }));
  }

  async #isSealed(path: string, digest: string): Promise<boolean> {
    const seal = await readFile(this.#sealPath(digest), 'utf8')
      .then((text) => sealSchema.safeParse(JSON.parse(text)).data)
      .catch(() => undefined);
    return seal?.boot === this.#boot && seal.stamp === (await stampOf(path));
  }

  async #isSound(path: string, file: KnownFile): Promise<boolean> {
    const found = await statOf(path);
    if (found === undefined || Number(found.size) !== file.size) return false;
    if (await this.#isSealed(path, file.digest)) return true;
    let holds = false;
    for (let hashing = 0; hashing < hashings; hashing++) {
      const before = await stampOf(path);
      if (before === undefined) return false;
      holds = (await hashFile(path)).digest === file.digest;
      // Linked or written to meanwhile: the stamp does not say what it holds, and the digest only what it held.
      if ((await stampOf(path)) !== before) continue;
      // What cannot be sealed, in a folder that is read-only or full, is hashed again next time.
      if (holds) await this.#seal(path, file.digest, before).catch(() => undefined);
      return holds;
    }
    // Every link to a stored file touches it, and several models may be laid out at once: not sealed, but no damage.
    return holds;
  }
}
