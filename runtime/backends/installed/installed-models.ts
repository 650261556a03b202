import { join } from 'node:path';
import { canonicalModelId, GraphError, howToGet, type ModelEntry } from '@graft/graph';
import { hashFile, SharedCall, type FileHash } from '@graft/kit';
import { z } from 'zod';
import { bootId } from '../catalogue/boot-id.ts';
import type { FetchOptions, OpenedModel } from '../catalogue/catalogue-contract.ts';
import { modelDigest } from '../catalogue/model-facts.ts';
import { cancelled, type FetchProgress } from '../catalogue/model-download.ts';
import { RecordFile } from '../catalogue/record-file.ts';
import { SharedWork } from '../shared/shared-work.ts';
import type { InstalledStore } from './found-model.ts';
import {
  better,
  isCurrent,
  isKeyOf,
  keyOf,
  recordOf,
  recordSchema,
  shown,
  stampAt,
  stateNow,
  type InstalledModel,
  type InstalledRecord,
} from './installed-record.ts';
import { installedStores, type Environment } from './installed-stores.ts';

/** Models of a store whose files are looked at side by side. */
const atOnce = 8;
/** Models of a store that are listed; further ones are left out. */
const mostListed = 2_000;

interface Recorded {
  readonly key: string;
  readonly record: InstalledRecord;
}
interface Hooks {
  readonly signal: AbortSignal;
  readonly progress: (progress: FetchProgress) => void;
}

/**
 * The models of other tools. Graft reads their files where they are, and writes nothing but its own record of them,
 * `installed.json` in the models folder: what each is, by the stamps of its files, and its digest once it was hashed.
 */
export class InstalledModels {
  readonly #environment: Environment;
  readonly #records: RecordFile<InstalledRecord>;
  readonly #boot = bootId();
  readonly #look = new SharedCall(() => this.#read());
  readonly #verifying = new SharedWork<InstalledRecord, FetchProgress>();
  /** What could not be recorded, in a folder that is read-only or full. */
  #unsaved: Record<string, InstalledRecord> = {};
  #stores: readonly InstalledStore[] | undefined;

  constructor(modelsFolder: string, environment: Environment) {
    this.#environment = environment;
    const schema = z.record(z.string(), recordSchema);
    this.#records = new RecordFile(join(modelsFolder, 'installed.json'), schema, { remade: true });
  }

  /** Those that are here now. Headers are read once; after that a look costs a stat of each file. */
  async list(): Promise<readonly InstalledModel[]> {
    return (await this.#look.call()).flatMap(shown);
  }

  /** The same of one, as the last list of any process has it; undefined where a file of it is gone since. */
  find(id: string): InstalledModel | undefined {
    const record = this.#recorded(canonicalModelId(id))?.record;
    const [model] = record === undefined ? [] : shown(record);
    if (record === undefined || model === undefined) return undefined;
    const state = stateNow(record);
    if (state === 'gone') return undefined;
    const files = model.entry.files.map(({ digest, ...file }) =>
      // What it holds by now nobody has read.
      state === 'changed' || digest === undefined ? file : { ...file, digest },
    );
    return { ...model, entry: { ...model.entry, id, files } };
  }

  /** The usable model whose file has the bytes of an entry's. */
  holding(entry: ModelEntry): InstalledModel | undefined {
    const key = this.#keyHolding(entry);
    const record = key === undefined ? undefined : this.#recordAt(key);
    return record === undefined || stateNow(record) !== 'same' ? undefined : shown(record)[0];
  }

  /**
   * A model where it is, once its bytes are those of its digest: by its stamps, else by hashing its files. Undefined for
   * one that no tool has. Throws `bad-model` for one that Graft cannot run, `missing-file`, `damaged-file`,
   * `input-changed` and `cancelled`.
   */
  async open(id: string, options: FetchOptions = {}): Promise<OpenedModel | undefined> {
    const canonical = canonicalModelId(id);
    const before = this.#recorded(canonical);
    if (before === undefined || !(await isCurrent(before.record))) await this.#look.call();
    const now = this.#recorded(canonical);
    if (now !== undefined) return this.#openAt(now.key, (entry) => ({ ...entry, id }), options);
    const [lost] = before?.record.files ?? [];
    if (lost !== undefined) throw gone(id, lost);
    return undefined;
  }

  /** The same for an entry of the catalogue whose bytes another tool has. */
  async openFor(entry: ModelEntry, options: FetchOptions = {}): Promise<OpenedModel | undefined> {
    if (this.holding(entry) === undefined) return undefined;
    const key = this.#keyHolding(entry);
    return key === undefined ? undefined : this.#openAt(key, () => entry, options);
  }

  async #openAt(
    key: string,
    entryOf: (entry: ModelEntry) => ModelEntry,
    options: FetchOptions,
  ): Promise<OpenedModel> {
    const record = await this.#verifying.join(key, options, (signal, progress) =>
      this.#verify(key, { signal, progress }),
    );
    const { folder, files } = record;
    const own = usable(record);
    const entry = entryOf(own);
    const stamp = files.map((file) => record.stamps[file]).join('\n');
    return {
      ...{ entry, folder, stamp, digest: modelDigest(entry) },
      file: (path) => {
        const at = entry.files.findIndex((file) => file.path === path);
        return files[at] ?? join(folder, path);
      },
      isSound: async () => {
        const now = await Promise.all(files.map(stampAt));
        const lost = files.find((_, index) => now[index] === '');
        if (lost !== undefined) throw gone(entry.id, lost);
        if (now.join('\n') === stamp) return true;
        const found = await Promise.all(files.map((file) => hashFile(file)));
        return found.every(({ digest }, index) => own.files[index]?.digest === digest);
      },
    };
  }

  async #verify(key: string, { signal, progress }: Hooks): Promise<InstalledRecord> {
    const record = this.#recordAt(key);
    if (record === undefined) throw new GraphError('input-changed', 'A model is gone. Run again.');
    const entry = usable(record);
    const isKnown = entry.files.every(({ digest }) => digest !== undefined);
    if (isKnown && record.verified === this.#boot) return record;
    const unit = `bytes of ${entry.id}`;
    const total = entry.files.reduce((sum, { size }) => sum + size, 0);
    let done = 0;
    const files: ModelEntry['files'] = [];
    for (const [index, file] of entry.files.entries()) {
      progress({ done, total, unit, message: 'checks its files, once' });
      const path = record.files[index] ?? '';
      const { digest, size } = await this.#hash(entry.id, { path, record, signal });
      if (file.digest !== undefined && file.digest !== digest) throw damaged(entry.id, path);
      files.push({ ...file, digest, size });
      done += size;
    }
    const verified = { ...record, entry: { ...entry, files }, verified: this.#boot };
    await this.#save({ [key]: verified });
    return verified;
  }

  async #hash(
    id: string,
    {
      path,
      record,
      signal,
    }: {
      readonly path: string;
      readonly record: InstalledRecord;
      readonly signal: AbortSignal;
    },
  ): Promise<FileHash> {
    let found: FileHash;
    try {
      found = await hashFile(path, signal);
    } catch (error) {
      if (signal.aborted) throw cancelled(error);
      if ((await stampAt(path)) === '') throw gone(id, path);
      throw new GraphError(
        'missing-file',
        `Graft cannot read ${path}, the file of the model "${id}". Give yourself read permission.`,
        { cause: error, location: { file: path } },
      );
    }
    if ((await stampAt(path)) === record.stamps[path]) return found;
    throw new GraphError(
      'input-changed',
      `Something writes to the files of the model "${id}". Run again when it has ended.`,
    );
  }

  /** Looks at every store, and reads what is new in it. */
  async #read(): Promise<readonly InstalledRecord[]> {
    const stores = installedStores(this.#environment);
    this.#stores = stores;
    const known = { ...this.#records.readSync(), ...this.#unsaved };
    const next: Record<string, InstalledRecord> = {};
    const ids = new Set<string>();
    for (const store of stores) {
      const found = (await store.list()).filter(({ id }) => !ids.has(id)).slice(0, mostListed);
      for (let at = 0; at < found.length; at += atOnce) {
        const look = async (model: (typeof found)[number]): Promise<void> => {
          const key = keyOf(store, model.id);
          next[key] = await recordOf(model, store, ownValue(known, key));
          ids.add(model.id);
        };
        await Promise.all(found.slice(at, at + atOnce).map(look));
      }
    }
    const isMine = isKeyOf(stores);
    const isSame =
      Object.keys(known).filter(isMine).length === Object.keys(next).length &&
      Object.entries(next).every(([key, record]) => ownValue(known, key) === record);
    if (!isSame) await this.#save(next, isMine);
    return Object.values(next);
  }

  /** Records what was seen; of keys that `drops` takes, those that were not seen go. */
  async #save(
    seen: Readonly<Record<string, InstalledRecord>>,
    drops: (key: string) => boolean = () => false,
  ): Promise<void> {
    const merged = (all: Record<string, InstalledRecord>): Record<string, InstalledRecord> => {
      const others = Object.entries(all).filter(([key]) => !drops(key));
      const now = Object.entries(seen).map(
        ([key, record]) => [key, better(ownValue(all, key), record)] as const,
      );
      return Object.fromEntries([...others, ...now]);
    };
    try {
      await this.#records.update(merged);
      this.#unsaved = {};
    } catch {
      this.#unsaved = merged(this.#unsaved);
    }
  }

  #recordAt(key: string): InstalledRecord | undefined {
    return ownValue(this.#unsaved, key) ?? ownValue(this.#records.readSync(), key);
  }

  #recorded(id: string): Recorded | undefined {
    const among = (stores: readonly InstalledStore[]): Recorded | undefined => {
      for (const store of stores) {
        const key = keyOf(store, id);
        const record = this.#recordAt(key);
        if (record?.entry !== undefined) return { key, record };
      }
      return undefined;
    };
    const found = among(this.#stores ?? []);
    if (found !== undefined) return found;
    // A tool may keep its models elsewhere by now.
    this.#stores = installedStores(this.#environment);
    return among(this.#stores);
  }

  #keyHolding({ files: [file, ...others] }: ModelEntry): string | undefined {
    if (file?.digest === undefined || others.length > 0) return undefined;
    this.#stores ??= installedStores(this.#environment);
    const isMine = isKeyOf(this.#stores);
    const all = { ...this.#records.readSync(), ...this.#unsaved };
    return Object.entries(all).find(([key, { entry, unusable }]) => {
      if (unusable !== undefined || entry?.files.length !== 1 || !isMine(key)) return false;
      return entry.files[0]?.digest === file.digest;
    })?.[0];
  }
}

/** Throws `bad-model` for one that Graft cannot run. */
function usable({ entry, unusable }: InstalledRecord): ModelEntry {
  if (entry !== undefined && unusable === undefined) return entry;
  throw new GraphError(
    'bad-model',
    `Graft cannot run "${entry?.id ?? 'the model'}": ${unusable ?? 'It is not a model.'}`,
  );
}

function ownValue<Value>(record: Readonly<Record<string, Value>>, key: string): Value | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

function gone(id: string, path: string): GraphError {
  return new GraphError(
    'missing-file',
    `The file of the model "${id}" is gone: ${path} is not there any more. ${howToGet(id)}`,
    { location: { file: path } },
  );
}

function damaged(id: string, path: string): GraphError {
  return new GraphError(
    'damaged-file',
    `${path} does not hold the bytes that its name states, so Graft does not use the model "${id}". Delete it with the tool that keeps it. ${howToGet(id)}`,
    { location: { file: path } },
  );
}
