import { copyFile, constants, readdir, rm, stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { GraphError, parseHubReference, type ModelEntry, type ModelKind } from '@graft/graph';
import { hashFile, isFullDisk, type LockOptions } from '@graft/kit';
import type { BlobStore, KnownFile } from './blob-store.ts';
import { keptEntrySchema } from './foreign-entry.ts';
import { describeGguf } from './gguf-description.ts';
import type { HubAccess } from './hub-access.ts';
import { cancelled, type FetchProgress } from './model-download.ts';
import { modelDigest } from './model-facts.ts';
import { localFiles } from './model-files.ts';
import type { GgufEncoding } from './gguf-converter.ts';
import { fileWithin } from './model-folder-file.ts';
import { describeOnnx, type ModelDescription } from './onnx-description.ts';
import { describeSafetensors } from './safetensors-description.ts';
import { parseSource } from './source.ts';
import { downloadUrl } from './url-download.ts';

export interface ImportOptions {
  /** Default: the file's or folder's name. */
  readonly id?: string;
  readonly title?: string;
  readonly kind?: ModelKind;
  /** Licence id; default `unknown`. */
  readonly licence?: string;
  /** Refuses with `name-taken` what would take the place of other bytes that were imported under its id. */
  readonly keep?: boolean;
  /** Of a model of the hub: the person has accepted the licence. Remembered. */
  readonly consent?: boolean;
  /** Of safetensors: the GGUF file to make of them, which takes their place. */
  readonly toGguf?: GgufEncoding;
  readonly signal?: AbortSignal;
  readonly progress?: (progress: FetchProgress) => void;
}

export interface ImportTarget {
  readonly blobs: BlobStore;
  readonly access: HubAccess;
  /** Whether an id belongs to a built-in model. */
  readonly taken: (id: string) => boolean;
  readonly find: (id: string) => ModelEntry | undefined;
  /** Does something while nobody else writes to the model of an id. */
  readonly alone: <Result>(
    id: string,
    options: Pick<LockOptions, 'signal' | 'waiting'>,
    work: () => Promise<Result>,
  ) => Promise<Result>;
  readonly add: (entry: ModelEntry) => Promise<void>;
  /** Deletes stored files that no model has. */
  readonly drop: (digests: readonly string[]) => Promise<void>;
}

/** A file brought to the models folder's filesystem, with where it came from. */
export interface Brought {
  readonly file: string;
  readonly path: string;
  readonly source: string;
}

/** Hashes a user's model into the blob store, lays it out and records its entry. */
export async function importModel(
  target: ImportTarget,
  from: string,
  options: ImportOptions,
): Promise<ModelEntry> {
  const signal = options.signal ?? new AbortController().signal;
  const remote = /^https?:/.test(from);
  const local = localPath(from, target.access.endpoint);
  return staged(target, { from, signal }, async (brought) => {
    let description: ModelDescription;
    if (remote) {
      const name = basename(from.split('?')[0] ?? from);
      if (!name.endsWith('.gguf')) throw notAModel(from);
      const file = await bringUrl(target, from, { ...options, signal });
      brought.push({ file, path: name, source: from });
      description = await describeGguf(file, name);
    } else {
      description = await describeLocal(local);
      for (const path of description.files) {
        const file = await target.blobs.stagingPath();
        const source = (await stat(local)).isDirectory() ? await fileWithin(local, path) : local;
        brought.push({ file, path, source: `file:${source}` });
        // A copy, cheap where the filesystem can share: the user's file stays the user's.
        await copyFile(source, file, constants.COPYFILE_FICLONE);
      }
    }
    return keepModel(target, { description, brought }, options);
  });
}

/** Brings files to the models folder; none of them stays there unless it was stored. */
export async function staged(
  { blobs }: ImportTarget,
  { from, signal }: { readonly from: string; readonly signal: AbortSignal },
  work: (brought: Brought[]) => Promise<ModelEntry>,
): Promise<ModelEntry> {
  const brought: Brought[] = [];
  try {
    return await work(brought);
  } catch (error) {
    const isStopped = error instanceof GraphError && error.code === 'cancelled';
    if (signal.aborted) throw isStopped ? error : cancelled(error);
    if (isFullDisk(error)) {
      throw new GraphError(
        'no-space',
        `the disk of ${blobs.root} is full; free some space, or set GRAFT_MODELS to a folder on another disk`,
        {
          cause: error,
          audience: 'operator',
        },
      );
    }
    if (error instanceof GraphError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new GraphError('bad-model', `Graft cannot import ${from}: ${reason}`, { cause: error });
  } finally {
    await Promise.all(brought.map(({ file }) => rm(file, { force: true })));
  }
}

interface Given {
  readonly description: ModelDescription;
  readonly brought: readonly Brought[];
  readonly licence?: ModelEntry['licence'];
}

/** Stores what was brought under an id, and records its entry. */
async function keepModel(
  target: ImportTarget,
  given: Given,
  options: ImportOptions,
): Promise<ModelEntry> {
  const { signal = new AbortController().signal } = options;
  const id = importedId(options.id ?? given.description.name, target.taken);
  return target.alone(id, { signal }, () => keepLocked(target, given, { ...options, id }));
}

/** The same where the caller is alone with the id. */
export async function keepLocked(
  target: ImportTarget,
  given: Given,
  options: ImportOptions,
): Promise<ModelEntry> {
  const { description, brought } = given;
  const signal = options.signal ?? new AbortController().signal;
  const id = importedId(options.id ?? description.name, target.taken);
  const files = await hashed(brought, signal);
  const { name: _name, files: _files, ...facts } = description;
  const licence = given.licence ?? { id: 'unknown', consent: false };
  const entry = keptEntrySchema.parse({
    ...facts,
    id,
    title: options.title ?? description.title,
    kind: options.kind ?? description.kind,
    licence: { ...licence, id: options.licence ?? licence.id },
    files,
  });
  if (options.keep === true) requireFree(target.find(id), entry);
  await store(target, entry, { paths: brought.map(({ file }) => file), files });
  return entry;
}

/** In the place of another model of its id: once this one is recorded, that one's files go, from its folder too. */
async function store(
  { blobs, find, add, drop }: ImportTarget,
  entry: ModelEntry,
  { paths, files }: { readonly paths: readonly string[]; readonly files: readonly KnownFile[] },
): Promise<void> {
  const { id } = entry;
  const before = find(id);
  const isOther = before !== undefined && modelDigest(before) !== modelDigest(entry);
  try {
    for (const [at, file] of files.entries()) await blobs.adopt(paths[at] ?? '', file);
    await add(entry);
  } catch (error) {
    await drop(files.map(({ digest }) => digest));
    throw error;
  }
  if (isOther) {
    await blobs.removeModel(id);
    await drop(before.files.flatMap(({ digest }) => digest ?? []));
  }
  for (const file of files) await blobs.layOut(id, file);
}

async function hashed(
  brought: readonly Brought[],
  signal: AbortSignal,
): Promise<(KnownFile & { sources: string[] })[]> {
  const files: (KnownFile & { sources: string[] })[] = [];
  for (const { file, path, source } of brought) {
    files.push({ path, ...(await hashFile(file, signal)), sources: [source] });
  }
  return files;
}

/** Throws `name-taken` where another model has the id of one. */
export function requireFree(here: ModelEntry | undefined, entry: ModelEntry): void {
  if (here === undefined || modelDigest(here) === modelDigest(entry)) return;
  throw new GraphError(
    'name-taken',
    `Another model has the id "${entry.id}"; choose another id for yours`,
  );
}

async function describeLocal(path: string): Promise<ModelDescription> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) {
    throw new GraphError('missing-file', `there is no file or folder ${path}`);
  }
  if (found.isDirectory()) {
    const names = await readdir(path);
    return names.some((name) => /\.safetensors(\.index\.json)?$/.test(name)) &&
      !names.includes('onnx')
      ? describeSafetensors(localFiles(path))
      : describeOnnx(localFiles(path));
  }
  // A pipe would be read for ever.
  if (path.endsWith('.gguf') && found.isFile()) return describeGguf(path, basename(path));
  throw notAModel(path);
}

/** The absolute path that a path or a file: address means. */
export function localPath(from: string, hubEndpoint: string): string {
  if (!from.startsWith('file:')) return resolve(from);
  const source = parseSource(from, hubEndpoint);
  if (source.kind !== 'file') throw notAModel(from);
  return source.path;
}

async function bringUrl(
  target: ImportTarget,
  from: string,
  options: ImportOptions & { readonly signal: AbortSignal },
): Promise<string> {
  const source = parseSource(from, target.access.endpoint);
  if (source.kind !== 'url') throw notAModel(from);
  const part = await target.blobs.stagingPath('.part');
  try {
    await downloadUrl({
      url: source.url,
      part,
      digest: undefined,
      size: undefined,
      access: target.access,
      signal: options.signal,
      received: (bytes) =>
        options.progress?.({
          done: bytes,
          total: bytes,
          unit: 'bytes of the model',
          message: from,
        }),
    });
    return part;
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}

function notAModel(from: string): GraphError {
  return new GraphError(
    'bad-model',
    `${from} is neither a .gguf file nor a folder with config.json, tokenizer.json and ` +
      'model.safetensors or onnx/model*.onnx; import one of these',
  );
}

/**
 * A reference to a hub, else an id that names a folder: letters, digits, dots, dashes and underscores, a letter or digit
 * first. Throws `bad-model` for one of a built-in model.
 */
export function importedId(name: string, taken: (id: string) => boolean): string {
  if (parseHubReference(name) !== undefined) return name;
  const id = name.replace(/[^\w.-]+/g, '-').replace(/^[._-]+|-+$/g, '');
  if (id === '') {
    const message = `Graft cannot make an id from "${name}". Choose an id of letters and digits.`;
    throw new GraphError('bad-model', message);
  }
  if (taken(id)) {
    throw new GraphError('bad-model', `"${id}" is a built-in model. Choose another id for yours.`);
  }
  return id;
}
