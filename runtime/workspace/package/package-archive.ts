import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { GraphError } from '@graft/graph';
import { openPromise, type Entry, type ZipFile } from 'yauzl';
import {
  damaged,
  hasTooManyFolders,
  largestContents,
  maxBlobs,
  maxFolders,
  maxListing,
  maxModels,
  parseManifest,
  resultBlobs,
  unpackedSize,
  writtenPaths,
  type PackageManifest,
} from './package-manifest.ts';

const blobName = /^blobs\/([0-9a-f]{64})$/;
const fileTypeMask = 0o170000;
const regularFile = 0o100000;

/**
 * A package opened for reading. It has been looked over: the archive holds the manifest and the blobs that this
 * names, in the sizes that it gives, and nothing else. Bytes are checked against their digests as they are read.
 */
export class PackageArchive implements AsyncDisposable {
  readonly manifest: PackageManifest;
  /** For messages. */
  readonly name: string;
  /** Bytes of the archive. */
  readonly size: number;
  readonly #zip: ZipFile;
  readonly #entries: ReadonlyMap<string, Entry>;

  /** Throws `missing-file`, `damaged-file`, `newer-format`, `unsafe-path` or `too-large`; `name` is for messages. */
  static async open(path: string, name: string): Promise<PackageArchive> {
    const found = await stat(path).catch(() => undefined);
    if (found?.isFile() !== true) {
      throw new GraphError('missing-file', 'There is no such package.', {
        location: { file: name },
      });
    }
    let zip: ZipFile | undefined;
    try {
      zip = await openPromise(path, { lazyEntries: true, autoClose: false });
      const entries = await listEntries(zip, { name, size: found.size });
      const entry = entries.get('manifest.json');
      if (entry === undefined) throw damaged(name, 'it has no manifest.json');
      const text = await readText(zip, entry, name);
      const manifest = parseManifest(text, name);
      requireSmall(manifest, { name, size: found.size });
      checkBlobs(manifest, entries, name);
      return new PackageArchive({ zip, entries, manifest, name, size: found.size });
    } catch (error) {
      zip?.close();
      throw asDamage(error, name);
    }
  }

  private constructor(parts: {
    zip: ZipFile;
    entries: ReadonlyMap<string, Entry>;
    manifest: PackageManifest;
    name: string;
    size: number;
  }) {
    this.#zip = parts.zip;
    this.#entries = parts.entries;
    this.manifest = parts.manifest;
    this.name = parts.name;
    this.size = parts.size;
  }

  /** Bytes, verified before the stream ends. Throws `damaged-file`. */
  async *blob(digest: string): AsyncGenerator<Uint8Array, void, undefined> {
    const entry = this.#entries.get(`blobs/${digest}`);
    if (entry === undefined) throw damaged(this.name, `it lacks the bytes ${digest.slice(0, 12)}`);
    const hash = createHash('sha256');
    try {
      for await (const chunk of await this.#zip.openReadStreamPromise(entry)) {
        if (!(chunk instanceof Uint8Array)) continue;
        hash.update(chunk);
        yield chunk;
      }
    } catch (error) {
      throw asDamage(error, this.name);
    }
    if (hash.digest('hex') !== digest) {
      throw damaged(this.name, `the bytes under ${digest.slice(0, 12)} differ from their digest`);
    }
  }

  /** The lines of a list of records. Throws as `blob`, and `too-large`. */
  async lines(digest: string): Promise<string[]> {
    const size = this.manifest.blobs[digest] ?? 0;
    if (size > maxListing)
      throw tooLarge(this.name, `a list of records has ${String(size)} bytes`, maxListing);
    const chunks: Uint8Array[] = [];
    for await (const chunk of this.blob(digest)) chunks.push(chunk);
    return Buffer.concat(chunks)
      .toString('utf8')
      .split('\n')
      .filter((line) => line !== '');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#zip.close();
  }
}

async function listEntries(
  zip: ZipFile,
  archive: { readonly name: string; readonly size: number },
): Promise<Map<string, Entry>> {
  const { name, size } = archive;
  const limit = largestContents(size);
  const entries = new Map<string, Entry>();
  let unpacked = 0;
  if (zip.entryCount > maxBlobs + 1) {
    throw tooLarge(name, `it has ${String(zip.entryCount)} entries`, maxBlobs + 1);
  }
  for await (const entry of zip.eachEntry()) {
    const { fileName } = entry;
    const shown = JSON.stringify(fileName.slice(0, 100));
    if (fileName !== 'manifest.json' && !blobName.test(fileName)) {
      throw new GraphError(
        'unsafe-path',
        `The package has an entry ${shown}, but may have only manifest.json and blobs. Nothing was unpacked.`,
        { location: { file: name } },
      );
    }
    if (entries.has(fileName)) throw damaged(name, `it has two entries ${shown}`);
    const type = (entry.externalFileAttributes >>> 16) & fileTypeMask;
    if (type !== 0 && type !== regularFile) throw damaged(name, `${shown} is a link, not a file`);
    if (entry.isEncrypted()) throw damaged(name, `${shown} is encrypted`);
    unpacked += entry.uncompressedSize;
    if (unpacked > limit)
      throw tooLarge(name, `it unpacks to more than ${String(limit)} bytes`, limit);
    entries.set(fileName, entry);
  }
  return entries;
}

/** A blob may be written under several paths: each counts. Throws `too-large`. */
function requireSmall(
  manifest: PackageManifest,
  { name, size }: { readonly name: string; readonly size: number },
): void {
  const models = manifest.models.length;
  if (models > maxModels) throw tooLarge(name, `it has ${String(models)} models`, maxModels);
  const paths = writtenPaths(manifest);
  if (paths > maxBlobs) throw tooLarge(name, `it has ${String(paths)} files`, maxBlobs);
  if (hasTooManyFolders(manifest))
    throw tooLarge(name, `it has more than ${String(maxFolders)} folders`, maxFolders);
  const unpacked = unpackedSize(manifest);
  const limit = largestContents(size);
  if (unpacked > limit) throw tooLarge(name, `it unpacks to ${String(unpacked)} bytes`, limit);
}

/** The manifest and the archive must name the same blobs, in the same sizes. */
function checkBlobs(
  manifest: PackageManifest,
  entries: ReadonlyMap<string, Entry>,
  name: string,
): void {
  const listed = new Map(Object.entries(manifest.blobs));
  for (const [digest, size] of listed) {
    const found = entries.get(`blobs/${digest}`)?.uncompressedSize;
    if (found !== size)
      throw damaged(name, `the bytes ${digest.slice(0, 12)} are missing or have the wrong size`);
  }
  if (entries.size !== listed.size + 1)
    throw damaged(name, 'it has bytes that its manifest does not list');
  for (const { id, files } of manifest.models) {
    const wrong = files.find(
      ({ digest, size }) => digest !== undefined && listed.get(digest) !== size,
    );
    if (wrong !== undefined)
      throw damaged(
        name,
        `the file ${wrong.path} of its model "${id}" is missing or has the wrong size`,
      );
  }
  const used = usedBlobs(manifest);
  for (const digest of used) {
    if (!listed.has(digest))
      throw damaged(name, `its manifest does not list the bytes ${digest.slice(0, 12)}`);
  }
  if (used.size !== listed.size) throw damaged(name, 'it has bytes that nothing in it uses');
}

/** The digests that a manifest speaks of. */
function usedBlobs({ files, results, models }: PackageManifest): Set<string> {
  return new Set([
    ...files.map(({ digest }) => digest),
    ...(results === undefined ? [] : resultBlobs(results)),
    ...models.flatMap((model) => model.files.flatMap(({ digest }) => digest ?? [])),
  ]);
}

async function readText(zip: ZipFile, entry: Entry, name: string): Promise<string> {
  if (entry.uncompressedSize > maxListing) {
    throw tooLarge(name, `its manifest has ${String(entry.uncompressedSize)} bytes`, maxListing);
  }
  const chunks: Uint8Array[] = [];
  for await (const chunk of await zip.openReadStreamPromise(entry)) {
    if (chunk instanceof Uint8Array) chunks.push(chunk);
  }
  return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
}

/** The library's own errors are about the archive. */
function asDamage(error: unknown, name: string): unknown {
  if (error instanceof GraphError) return error;
  if (
    error instanceof Error &&
    'code' in error &&
    typeof error.code === 'string' &&
    error.code.startsWith('E')
  ) {
    return error;
  }
  const reason = (error instanceof Error ? error.message : String(error)).replace(/\.+$/, '');
  // The library's words for a file of another kind, or one that was cut off on its way.
  const told = /end of central directory/i.test(reason)
    ? 'it is not a zip file, or is cut off'
    : reason;
  return damaged(name, told, error);
}

function tooLarge(name: string, what: string, limit: number): GraphError {
  return new GraphError(
    'too-large',
    `The package is refused: ${what}, and the limit is ${String(limit)}. Nothing was unpacked.`,
    { location: { file: name } },
  );
}
