import { join } from 'node:path';
import { z } from 'zod';
import { GraphError, type ModelEntry, type ModelFacts, type ModelLookup } from '@graft/graph';
import { abortable, withFileLock } from '@graft/kit';
import { environment } from '../env.ts';
import { BlobStore, type KnownFile } from './blob-store.ts';
import { ConvertedModels } from './converted-models.ts';
import { builtInEntries } from './entries.ts';
import { foreignEntry, keptEntrySchema } from './foreign-entry.ts';
import { importModel, type ImportOptions } from './import-model.ts';
import { factsOf, modelDigest } from './model-facts.ts';
import { cancelled, ModelDownload, type FetchProgress } from './model-download.ts';
import { receiveModel } from './receive-model.ts';
import { RecordFile } from './record-file.ts';
import { SharedWork } from '../shared/shared-work.ts';

export interface CatalogueOptions {
  /** Where model files are kept; made when needed. */
  readonly modelsFolder: string;
  /** Base address of the hub; default `$HF_ENDPOINT`, else `https://huggingface.co`. */
  readonly hubEndpoint?: string;
  /** Instead of the built-in ones, for tests. */
  readonly entries?: readonly ModelEntry[];
}

export interface FetchOptions {
  readonly signal?: AbortSignal;
  readonly progress?: (progress: FetchProgress) => void;
  /** Called with true where files are missing, before they are downloaded, and with false afterwards. */
  readonly waiting?: (waiting: boolean) => void;
  /** The person has accepted the licence. Remembered. */
  readonly consent?: boolean;
}

export interface ListedModel {
  readonly entry: ModelEntry;
  readonly facts: ModelFacts;
  readonly installed: boolean;
  /** Bytes on disk. */
  readonly bytes: number;
  readonly imported: boolean;
}

/** A model whose files held the bytes of its digest when it was opened. */
export interface OpenedModel {
  readonly entry: ModelEntry;
  readonly folder: string;
  readonly digest: string;
  /** Of these very files on disk: another once anybody has touched one of them. */
  readonly stamp: string;
  /** Whether the files still hold those bytes: by their stamp, else by hashing them. */
  isSound(): Promise<boolean>;
}

/** A package that brings a model. */
interface ModelPackage {
  readonly name: string;
  /** Its bytes of a digest. */
  readonly blob: (digest: string) => AsyncIterable<Uint8Array>;
}

/** The models that can be had, and those that are here. */
export interface Catalogue {
  readonly modelsFolder: string;
  readonly lookup: ModelLookup;
  /** Throws `bad-model` for an unknown id. Digests that were pinned on first use are filled in. */
  entry(id: string): ModelEntry;
  list(): Promise<ListedModel[]>;
  /**
   * The folder holding the model's files, verified, downloaded first where they are missing. Concurrent
   * calls, also of other processes, download once. Throws `bad-model`, `no-space` or `cancelled`.
   */
  fetch(id: string, options?: FetchOptions): Promise<string>;
  /**
   * As `fetch`, with what tells later whether its files still hold the bytes of its digest. Throws `input-changed`
   * where they are written to all the time.
   */
  open(id: string, options?: FetchOptions): Promise<OpenedModel>;
  /** Adds a GGUF file, or a folder with an ONNX model or safetensors, by path, file: or https: address, or hf: source. */
  import(from: string, options?: ImportOptions): Promise<ModelEntry>;
  /**
   * Adds a model whose files come with somebody's package, each checked against its digest. One of a built-in id must be
   * that very model. Of its sources only those are kept that nothing but bytes comes from. Throws `bad-model`,
   * `damaged-file` or `no-space`.
   */
  receive(entry: ModelEntry, from: ModelPackage): Promise<void>;
  /** Deletes the files and what was made of them; an imported model's entry and pinned digests too. */
  remove(id: string): Promise<void>;
  /** Deletes what was made of models to be read quicker and was not read for a week. Gives its bytes. */
  removeUnusedConversions(): Promise<number>;
}

const defaultHub = 'https://huggingface.co';
const pinSchema = z.object({ digest: z.string().regex(/^[0-9a-f]{64}$/), size: z.number().int() });
type Pin = z.infer<typeof pinSchema>;

/** Opens the catalogue over a models folder. Cheap: reads nothing until asked. */
export function createCatalogue(options: CatalogueOptions): Catalogue {
  return new FolderCatalogue(options);
}

class FolderCatalogue implements Catalogue {
  readonly modelsFolder: string;
  readonly #hubEndpoint: string;
  readonly #builtIn: readonly ModelEntry[];
  readonly #blobs: BlobStore;
  readonly #converted: ConvertedModels;
  readonly #imported: RecordFile<ModelEntry>;
  readonly #pinned: RecordFile<Pin>;
  readonly #consents: RecordFile<string>;
  readonly #downloads = new SharedWork<string, FetchProgress>();

  constructor(options: CatalogueOptions) {
    this.modelsFolder = options.modelsFolder;
    this.#hubEndpoint = options.hubEndpoint ?? (environment['HF_ENDPOINT'] || defaultHub);
    this.#builtIn = options.entries ?? builtInEntries;
    this.#blobs = new BlobStore(options.modelsFolder);
    this.#converted = new ConvertedModels(options.modelsFolder);
    const record = <Value>(name: string, schema: z.ZodType<Value>): RecordFile<Value> =>
      new RecordFile(join(options.modelsFolder, name), z.record(z.string(), schema));
    this.#imported = record('imported.json', keptEntrySchema);
    this.#pinned = record('pinned.json', pinSchema);
    this.#consents = record('consents.json', z.string());
  }

  readonly lookup: ModelLookup = (id) => {
    const entry = this.#find(id);
    return entry === undefined ? undefined : factsOf(entry);
  };

  entry(id: string): ModelEntry {
    const entry = this.#find(id);
    if (entry !== undefined) return entry;
    const known = this.#all().map((other) => other.id);
    throw new GraphError(
      'bad-model',
      `The catalogue has no model "${id}". Choose one of ${known.join(', ')}, or import your own.`,
    );
  }

  async list(): Promise<ListedModel[]> {
    const imported = new Set(Object.keys(this.#imported.readSync()));
    return Promise.all(
      this.#all().map(async (entry): Promise<ListedModel> => {
        const present = await Promise.all(
          entry.files.map(
            async (file) =>
              file.digest !== undefined &&
              this.#blobs.isPresent(entry.id, { ...file, digest: file.digest }),
          ),
        );
        const bytes = entry.files.reduce(
          (sum, file, index) => sum + (present[index] === true ? file.size : 0),
          0,
        );
        return {
          entry,
          facts: factsOf(entry),
          installed: present.every(Boolean),
          bytes,
          imported: imported.has(entry.id),
        };
      }),
    );
  }

  async fetch(id: string, options: FetchOptions = {}): Promise<string> {
    const entry = this.entry(id);
    await this.#requireConsent(entry, options.consent === true);
    if (await this.#isLaidOutBefore(entry, options.signal)) return this.#blobs.modelFolder(id);
    options.waiting?.(true);
    try {
      return await this.#downloads.join(id, options, (signal, progress) =>
        this.#fetchLocked(id, { signal, progress }),
      );
    } finally {
      options.waiting?.(false);
    }
  }

  async open(id: string, options: FetchOptions = {}): Promise<OpenedModel> {
    for (let looks = 0; looks < 3; looks++) {
      const before = await this.#stamp(this.entry(id));
      const folder = await this.fetch(id, options);
      // Read again: the first download tells digests that were not known before.
      const entry = this.entry(id);
      const stamp = await this.#stamp(entry);
      // Verified between two looks that saw the same: these are the bytes that were.
      if (stamp === undefined || stamp !== before) continue;
      const isSound = async (): Promise<boolean> =>
        (await this.#stamp(entry)) === stamp || this.#isLaidOut(entry);
      return { entry, folder, digest: modelDigest(entry), stamp, isSound };
    }
    throw new GraphError(
      'input-changed',
      `the files of the model "${id}" keep changing; run again when nothing writes to them`,
    );
  }

  /** Undefined where a file is missing. */
  async #stamp({ id, files }: ModelEntry): Promise<string | undefined> {
    const stamps = await Promise.all(files.map((file) => this.#blobs.stampOf(id, file)));
    return stamps.includes(undefined) ? undefined : stamps.join('\n');
  }

  import(from: string, options: ImportOptions = {}): Promise<ModelEntry> {
    return importModel(
      {
        blobs: this.#blobs,
        hubEndpoint: this.#hubEndpoint,
        taken: (id) => this.#builtIn.some((entry) => entry.id === id),
        find: (id) => this.#find(id),
        alone: (id, signal, work) => withFileLock(this.#lockOf(id), { signal }, work),
        add: (entry) => this.#add(entry),
      },
      from,
      options,
    );
  }

  receive(entry: ModelEntry, { name, blob }: ModelPackage): Promise<void> {
    const target = {
      ...{ blobs: this.#blobs, find: (id: string) => this.#find(id) },
      add: (added: ModelEntry) => this.#add(added),
    };
    return withFileLock(this.#lockOf(entry.id), {}, () =>
      receiveModel(target, foreignEntry(entry, name), blob),
    );
  }

  async remove(id: string): Promise<void> {
    const entry = this.entry(id);
    const kept = new Set(
      this.#all()
        .filter((other) => other.id !== id)
        .flatMap((other) => other.files.map((file) => file.digest)),
    );
    await this.#converted.remove(modelDigest(entry));
    await this.#blobs.removeModel(id);
    for (const { digest } of entry.files) {
      if (digest !== undefined && !kept.has(digest)) await this.#blobs.removeBlob(digest);
    }
    const without = <V>(all: Record<string, V>, drop: (key: string) => boolean) =>
      Object.fromEntries(Object.entries(all).filter(([key]) => !drop(key)));
    if (own(this.#imported.readSync(), id) !== undefined) {
      await this.#imported.update((all) => without(all, (key) => key === id));
    }
    const prefix = `${id}/`;
    if (Object.keys(this.#pinned.readSync()).some((key) => key.startsWith(prefix))) {
      await this.#pinned.update((all) => without(all, (key) => key.startsWith(prefix)));
    }
  }

  removeUnusedConversions(): Promise<number> {
    return this.#converted.removeUnused();
  }

  /** Held by whoever writes to the model of an id. */
  #lockOf(id: string): string {
    return join(this.modelsFolder, 'locks', encodeURIComponent(id));
  }

  #add(entry: ModelEntry): Promise<void> {
    return this.#imported.update((all) => ({ ...all, [entry.id]: entry }));
  }

  #all(): ModelEntry[] {
    const pins = this.#pinned.readSync();
    return [...this.#builtIn, ...Object.values(this.#imported.readSync())].map((entry) =>
      withPins(entry, pins),
    );
  }

  #find(id: string): ModelEntry | undefined {
    const entry =
      this.#builtIn.find((other) => other.id === id) ?? own(this.#imported.readSync(), id);
    return entry === undefined ? undefined : withPins(entry, this.#pinned.readSync());
  }

  async #requireConsent(entry: ModelEntry, given: boolean): Promise<void> {
    if (!entry.licence.consent || own(this.#consents.readSync(), entry.id) !== undefined) return;
    if (!given) {
      throw new GraphError(
        'bad-model',
        `"${entry.id}" has the licence ${entry.licence.id}` +
          `${entry.licence.url === undefined ? '' : ` (${entry.licence.url})`}, which needs your ` +
          'consent. Read it, then accept it when you download the model.',
      );
    }
    const when = new Date().toISOString();
    await this.#consents.update((all) => ({ ...all, [entry.id]: when }));
  }

  /** The first look after the machine has started reads the whole model: an abort does not wait for it. */
  async #isLaidOutBefore(entry: ModelEntry, signal: AbortSignal | undefined): Promise<boolean> {
    const laidOut = this.#isLaidOut(entry);
    if (signal === undefined) return laidOut;
    try {
      return await abortable(laidOut, signal);
    } catch (error) {
      throw signal.aborted ? cancelled(error) : error;
    }
  }

  async #isLaidOut(entry: ModelEntry): Promise<boolean> {
    for (const file of entry.files) {
      if (file.digest === undefined) return false;
      if (!(await this.#blobs.isLaidOut(entry.id, { ...file, digest: file.digest }))) return false;
    }
    return true;
  }

  async #fetchLocked(
    id: string,
    hooks: { signal: AbortSignal; progress: (progress: FetchProgress) => void },
  ): Promise<string> {
    const total = this.entry(id).files.reduce((sum, file) => sum + file.size, 0);
    const waiting = (pid: number): void =>
      hooks.progress({
        done: 0,
        total,
        unit: `bytes of ${id}`,
        message: `process ${pid} downloads ${id}`,
      });
    try {
      return await withFileLock(this.#lockOf(id), { signal: hooks.signal, waiting }, () =>
        this.#fetchMissing(id, hooks),
      );
    } catch (error) {
      if (hooks.signal.aborted && !(error instanceof GraphError)) throw cancelled(error);
      throw GraphError.from(error);
    }
  }

  async #fetchMissing(
    id: string,
    hooks: { signal: AbortSignal; progress: (progress: FetchProgress) => void },
  ): Promise<string> {
    // Read again: another process may have pinned and downloaded while this one waited.
    const entry = this.entry(id);
    const present: KnownFile[] = [];
    const missing: ModelEntry['files'] = [];
    for (const file of entry.files) {
      const known = file.digest === undefined ? undefined : { ...file, digest: file.digest };
      if (known !== undefined && (await this.#blobs.hasSound(known))) present.push(known);
      else missing.push(file);
    }
    const download = new ModelDownload(
      {
        ...{ entry, blobs: this.#blobs, hubEndpoint: this.#hubEndpoint, ...hooks },
        builtIn: this.#builtIn.some((each) => each.id === id),
      },
      present.reduce((sum, file) => sum + file.size, 0),
    );
    try {
      for (const file of missing) {
        const known = await download.fetch(file);
        if (file.digest === undefined) await this.#pin(id, known);
        present.push(known);
      }
    } finally {
      await download.dispose();
    }
    for (const known of present) await this.#blobs.layOut(id, known);
    return this.#blobs.modelFolder(id);
  }

  async #pin(id: string, { path, digest, size }: KnownFile): Promise<void> {
    await this.#pinned.update((all) => ({ ...all, [`${id}/${path}`]: { digest, size } }));
  }
}

function withPins(entry: ModelEntry, pins: Record<string, Pin>): ModelEntry {
  if (entry.files.every((file) => file.digest !== undefined)) return entry;
  return {
    ...entry,
    files: entry.files.map((file) =>
      file.digest === undefined ? { ...file, ...own(pins, `${entry.id}/${file.path}`) } : file,
    ),
  };
}

/** A record's own value: an id such as `constructor` is no model. */
function own<Value>(records: Record<string, Value>, key: string): Value | undefined {
  return Object.hasOwn(records, key) ? records[key] : undefined;
}
