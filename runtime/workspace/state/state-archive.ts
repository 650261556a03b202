import { createReadStream } from 'node:fs';
import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createHash } from 'node:crypto';
import { digestSchema, GraphError } from '@graft/graph';
import {
  makeFolder,
  placeFile,
  removePartials,
  partialPath,
  replaceFile,
  writeStream,
} from '@graft/kit';
import { openPromise, type Entry } from 'yauzl';
import { z } from 'zod';
import { writeArchive, type PackagedBlob } from '../package/archive-writer.ts';

/** Version of the form of an archive of state. */
const format = 1;
const manifestName = 'manifest.json';

const manifestSchema = z.object({
  graftState: z.literal(format),
  /** The workspace's id. */
  workspace: z.uuid(),
  /** Rows, one JSON object a line, of the tables, each after those that it refers to. */
  tables: z.array(
    z.object({ name: z.string(), rows: z.number().int().nonnegative(), digest: digestSchema }),
  ),
  /** Bytes of artifacts by digest. */
  artifacts: z.record(digestSchema, z.number().int().nonnegative()),
});
export type StateManifest = z.infer<typeof manifestSchema>;

/** An archive of state that is read: a folder, or one zip file. */
export interface StateArchive extends AsyncDisposable {
  /** For messages. */
  readonly path: string;
  readonly manifest: StateManifest;
  /** Bytes, verified before the stream ends. Throws `damaged-file`. */
  blob(digest: string): AsyncIterable<Uint8Array>;
}

const isZip = (path: string): boolean => path.toLowerCase().endsWith('.zip');

/**
 * Writes an archive, the manifest last: a `….zip` file, or else a folder. In a folder, blobs that are there already stay, so
 * that an interrupted export goes on.
 */
export async function writeStateArchive(
  target: string,
  manifest: StateManifest,
  blobs: readonly PackagedBlob[],
): Promise<void> {
  const text = `${JSON.stringify(manifest)}\n`;
  if (isZip(target)) return writeArchive(target, text, { blobs, newMode: 0o600 });
  const folder = join(target, 'blobs');
  await makeFolder(dirname(target));
  // For its owner alone, as the state folder is.
  await mkdir(target, { recursive: true, mode: 0o700 });
  await mkdir(folder, { recursive: true });
  await removePartials(folder);
  for (const { digest, size, open } of blobs) {
    const path = join(folder, digest);
    const found = await stat(path).catch(() => undefined);
    if (found?.size === size) continue;
    const partial = partialPath(folder);
    await writeStream(partial, open());
    await placeFile(partial, path);
  }
  await replaceFile(join(target, manifestName), text);
  const listed = new Set(blobs.map(({ digest }) => digest));
  for (const name of await readdir(folder)) {
    if (!listed.has(name)) await rm(join(folder, name), { force: true });
  }
}

/** Throws `missing-file`, `damaged-file` or `newer-format`. */
export async function openStateArchive(path: string): Promise<StateArchive> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) {
    throw new GraphError('missing-file', 'There is no such file or folder.', {
      location: { file: path },
    });
  }
  return found.isDirectory() ? openFolder(path) : openFile(path);
}

async function openFolder(folder: string): Promise<StateArchive> {
  const text = await readFile(join(folder, manifestName), 'utf8').catch((cause: unknown) => {
    throw damaged(
      folder,
      'it has no manifest.json, so its export did not end. Export again',
      cause,
    );
  });
  return {
    path: folder,
    manifest: parseManifest(text, folder),
    blob: (digest) =>
      verified(createReadStream(join(folder, 'blobs', digest)), { digest, path: folder }),
    [Symbol.asyncDispose]: async () => undefined,
  };
}

async function openFile(path: string): Promise<StateArchive> {
  const zip = await openPromise(path, { lazyEntries: true, autoClose: false }).catch(
    (cause: unknown) => {
      throw damaged(path, 'it is not a zip file, or is cut off', cause);
    },
  );
  const entries = new Map<string, Entry>();
  const bytesOf = async function* (name: string): AsyncGenerator<Uint8Array, void, undefined> {
    const entry = entries.get(name);
    if (entry === undefined) throw damaged(path, `it lacks ${name}`);
    for await (const chunk of await zip.openReadStreamPromise(entry)) {
      if (chunk instanceof Uint8Array) yield chunk;
    }
  };
  try {
    for await (const entry of zip.eachEntry()) entries.set(entry.fileName, entry);
    const chunks: Uint8Array[] = [];
    for await (const chunk of bytesOf(manifestName)) chunks.push(chunk);
    const manifest = parseManifest(Buffer.concat(chunks).toString('utf8'), path);
    return {
      path,
      manifest,
      blob: (digest) => verified(bytesOf(`blobs/${digest}`), { digest, path }),
      [Symbol.asyncDispose]: async () => {
        zip.close();
      },
    };
  } catch (error) {
    zip.close();
    throw error instanceof GraphError ? error : damaged(path, 'it is cut off', error);
  }
}

async function* verified(
  bytes: AsyncIterable<unknown>,
  { digest, path }: { readonly digest: string; readonly path: string },
): AsyncGenerator<Uint8Array, void, undefined> {
  const hash = createHash('sha256');
  try {
    for await (const chunk of bytes) {
      if (!(chunk instanceof Uint8Array)) continue;
      hash.update(chunk);
      yield chunk;
    }
  } catch (error) {
    if (error instanceof GraphError) throw error;
    throw damaged(path, `its bytes ${digest.slice(0, 12)} cannot be read`, error);
  }
  if (hash.digest('hex') !== digest) {
    throw damaged(path, `its bytes ${digest.slice(0, 12)} differ from their digest`);
  }
}

function parseManifest(text: string, path: string): StateManifest {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw damaged(path, 'its manifest.json is not JSON', error);
  }
  const version = z.object({ graftState: z.number() }).safeParse(value);
  if (!version.success) throw damaged(path, 'it is no export of state');
  if (version.data.graftState > format) {
    throw new GraphError(
      'newer-format',
      `${path} was written by a newer Graft (form ${String(version.data.graftState)}; this one knows ${String(format)}). Update Graft.`,
      { location: { file: path } },
    );
  }
  const parsed = manifestSchema.safeParse(value);
  if (!parsed.success) throw damaged(path, 'its manifest.json is incomplete', parsed.error);
  return parsed.data;
}

/**
 * Throws `bad-input` where an export to `target` would replace anything but an export of the same workspace, or mix with
 * other files.
 */
export async function requireOwnTarget(target: string, workspace: string): Promise<void> {
  if (!isZip(target)) await requireOwnFolder(target);
  const written = isZip(target) ? target : join(target, manifestName);
  if ((await stat(written).catch(() => undefined)) === undefined) return;
  await using archive = await openStateArchive(target);
  if (archive.manifest.workspace === workspace) return;
  throw new GraphError(
    'bad-input',
    'There is an export of another workspace. Name another folder or file, or delete this one.',
    { location: { file: target } },
  );
}

/** Refuses a folder with other things in it. */
async function requireOwnFolder(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  const other = names.find((name) => name !== 'blobs' && name !== manifestName);
  if (other === undefined) return;
  throw new GraphError(
    'bad-input',
    `The folder holds other files (${other}). Name a new folder, or a file that ends in .zip.`,
    { location: { file: folder } },
  );
}

export function damaged(path: string, what: string, cause?: unknown): GraphError {
  return new GraphError('damaged-file', `The state in ${path} cannot be read: ${what}.`, {
    ...{ location: { file: path }, cause },
  });
}
