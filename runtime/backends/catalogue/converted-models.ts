import { access, constants, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { GraphError } from '@graft/graph';
import { hashFile, isFullDisk, isUnwritable, withFileLock } from '@graft/kit';
import { z } from 'zod';
import { SharedWork } from '../shared/shared-work.ts';
import { BlobStore, type KnownFile } from './blob-store.ts';
import type { FetchProgress } from './model-download.ts';
import { RecordFile } from './record-file.ts';

/** What a model file is converted to, and how. */
export interface Conversion {
  /** What messages call the model. */
  readonly id: string;
  /** Digest of the model as published. */
  readonly digest: string;
  /** What is made of it, for people. */
  readonly form: string;
  /** Of what makes it. */
  readonly version: number;
  /** Bytes of what is made, about, asked for only where it is made; absent: not known beforehand. */
  readonly bytes?: () => Promise<number>;
  /** Writes the file, whole or not at all. */
  readonly write: (
    to: string,
    hooks: {
      readonly signal: AbortSignal;
      readonly progress: (done: number, total: number) => void;
    },
  ) => Promise<void>;
  /** Throws where the model's files hold other bytes than those of its digest. */
  readonly verify: () => Promise<void>;
}

/** A converted file, verified. */
export interface ConvertedFile {
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** Of this very file: another once anybody has touched it. */
  readonly stamp: string;
}

const recordSchema = z.object({
  digest: z.string().regex(/^[0-9a-f]{64}$/),
  size: z.int().nonnegative(),
  /** Milliseconds since 1970; to the day. */
  usedAt: z.number(),
});
type ConvertedRecord = z.infer<typeof recordSchema>;

const day = 24 * 3_600_000;
/** Milliseconds after which a file that nobody reads any more is dropped when the cache is made smaller. */
const keptMs = 7 * day;

/**
 * Model files in another encoding than published, beside the published ones in the models folder. Each is stored by its
 * own digest and verified by it; `converted.json` says which belongs to what. What is missing or damaged is made anew.
 */
export class ConvertedModels {
  readonly #blobs: BlobStore;
  readonly #records: RecordFile<ConvertedRecord>;
  readonly #making = new SharedWork<ConvertedFile, FetchProgress>();

  constructor(modelsFolder: string) {
    this.#blobs = new BlobStore(modelsFolder);
    this.#records = new RecordFile(
      join(modelsFolder, 'converted.json'),
      z.record(z.string(), recordSchema),
      { remade: true },
    );
  }

  /**
   * The converted file, made first where it is missing; concurrent calls, also of other processes, make it once. Throws
   * `no-space` and `state-unusable` for a models folder that cannot hold it, `cancelled`, and what `write` and `verify`
   * throw.
   */
  async open(
    conversion: Conversion,
    caller: { readonly signal: AbortSignal; readonly progress?: (progress: FetchProgress) => void },
  ): Promise<ConvertedFile> {
    const key = keyOf(conversion);
    return (
      (await this.#sound(key)) ??
      (await this.#making.join(key, caller, (signal, progress) =>
        this.#make(conversion, { signal, progress }),
      ))
    );
  }

  /** Drops what was made of a model. */
  remove(digest: string): Promise<number> {
    return this.#drop((key) => key.startsWith(`${digest} `));
  }

  /**
   * Drops what nobody has read for a week, and stored files as old that belong to no model: a process was killed before it
   * recorded what they are. `known`: digests of the catalogue's files. Gives the bytes: none of a folder that is not
   * there, or not ours to write. `dryRun`: only tells them.
   */
  async removeUnused(
    options: { readonly known?: readonly string[]; readonly dryRun?: boolean } = {},
  ): Promise<number> {
    const { known, dryRun = false } = options;
    const isOurs = access(this.#blobs.root, constants.W_OK).then(
      () => true,
      () => false,
    );
    if (!(await isOurs)) return 0;
    const before = Date.now() - keptMs;
    const records = Object.values(await this.#records.read());
    let bytes: number;
    if (dryRun) {
      bytes = sum(records.filter(({ usedAt }) => usedAt < before));
    } else {
      await this.#blobs.removeLeftovers();
      bytes = await this.#drop((_, { usedAt }) => usedAt < before);
    }
    if (known === undefined) return bytes;
    const kept = new Set([...known, ...records.map(({ digest }) => digest)]);
    return bytes + (await this.#blobs.removeOrphans(kept, { before, dryRun }));
  }

  async #sound(key: string): Promise<ConvertedFile | undefined> {
    const record = (await this.#records.read())[key];
    if (record === undefined) return undefined;
    const path = this.#blobs.pathOf(record.digest);
    if (!(await this.#blobs.hasSound({ path, ...record }))) return undefined;
    const stamp = await this.#blobs.stampOfBlob(record.digest);
    if (stamp === undefined) return undefined;
    // Seldom, since the record is the whole file's. Where it cannot be written the file is read all the same.
    if (Date.now() - record.usedAt > day) await this.#record(key, record).catch(() => undefined);
    return { path, size: record.size, stamp };
  }

  async #make(
    conversion: Conversion,
    hooks: { signal: AbortSignal; progress: (progress: FetchProgress) => void },
  ): Promise<ConvertedFile> {
    const { id, digest, form } = conversion;
    const key = keyOf(conversion);
    const unit = `copied bytes of ${id}`;
    let total: number | undefined;
    const progress = (done: number, of?: number): void => {
      if (total === undefined) hooks.progress({ done: 0, unit });
      else hooks.progress({ done: of ? Math.round((done / of) * total) : 0, total, unit });
    };
    const work = async (): Promise<ConvertedFile> => {
      // Another process may have made it while this one waited.
      const there = await this.#sound(key);
      if (there !== undefined) return there;
      total = await conversion.bytes?.();
      const file = await this.#blobs.stagingPath('.gguf');
      try {
        progress(0);
        await conversion.write(file, { signal: hooks.signal, progress });
        // What was read while it was written.
        await conversion.verify();
        const known: KnownFile = { path: file, ...(await hashFile(file, hooks.signal)) };
        await this.#blobs.adopt(file, known);
        await this.#record(key, known);
      } finally {
        await rm(file, { force: true });
      }
      const made = await this.#sound(key);
      if (made === undefined) throw touched(id);
      // Checked and stored: whoever shows it no longer shows it as under way.
      hooks.progress({ done: made.size, total: made.size, unit });
      return made;
    };
    try {
      const lock = join(this.#blobs.root, 'locks', `${digest}-${encodeURIComponent(form)}`);
      return await withFileLock(lock, { signal: hooks.signal, waiting: () => progress(0) }, work);
    } catch (error) {
      throw await this.#failure(error, conversion, hooks.signal);
    }
  }

  async #failure(error: unknown, { id, form }: Conversion, signal: AbortSignal): Promise<unknown> {
    if (error instanceof GraphError) return error;
    if (signal.aborted) {
      return new GraphError('cancelled', 'the conversion was cancelled', { cause: error });
    }
    const instead = 'or set "Encoding" of the node to as-published';
    const options = { cause: error, audience: 'operator' } as const;
    if (isFullDisk(error)) {
      return new GraphError(
        'no-space',
        `the disk of ${this.#blobs.root} is full and has no room for "${id}" converted to ${form}, which loads faster; free some space, ${instead}`,
        options,
      );
    }
    if (isUnwritable(error)) {
      return new GraphError(
        'state-unusable',
        `Graft cannot write to ${this.#blobs.root}, where it keeps a copy of "${id}" as ${form} that loads faster; give yourself write permission, ${instead}`,
        options,
      );
    }
    return error;
  }

  #record(key: string, { digest, size }: Pick<KnownFile, 'digest' | 'size'>): Promise<void> {
    const usedAt = Date.now();
    return this.#records.update((all) => ({ ...all, [key]: { digest, size, usedAt } }));
  }

  async #drop(drops: (key: string, record: ConvertedRecord) => boolean): Promise<number> {
    const dropped: ConvertedRecord[] = [];
    if (!Object.entries(await this.#records.read()).some((entry) => drops(...entry))) return 0;
    await this.#records.update((all) => {
      const left = Object.entries(all).filter(([key, record]) => {
        if (!drops(key, record)) return true;
        dropped.push(record);
        return false;
      });
      return Object.fromEntries(left);
    });
    for (const { digest } of dropped) await this.#blobs.removeBlob(digest);
    return sum(dropped);
  }
}

const keyOf = ({ digest, form, version }: Conversion): string =>
  `${digest} ${form} ${String(version)}`;

function sum(records: readonly ConvertedRecord[]): number {
  return records.reduce((total, { size }) => total + size, 0);
}

function touched(id: string): GraphError {
  return new GraphError(
    'input-changed',
    `something changed the converted model "${id}" at once; run again when nothing writes to the models folder`,
  );
}
