import { join } from 'node:path';
import { GraphError, type ModelEntry } from '@graft/graph';
import { z } from 'zod';
import type { KnownFile } from './blob-store.ts';
import { keptEntrySchema } from './foreign-entry.ts';
import { RecordFile } from './record-file.ts';

const pinSchema = z.object({ digest: z.string().regex(/^[0-9a-f]{64}$/), size: z.number().int() });
type Pin = z.infer<typeof pinSchema>;

/** What is known of models: the built-in ones, and what the models folder records of others, of digests and of consents. */
export class CatalogueRecords {
  readonly #builtIn: readonly ModelEntry[];
  readonly #imported: RecordFile<ModelEntry>;
  readonly #pinned: RecordFile<Pin>;
  readonly #consents: RecordFile<string>;

  constructor(modelsFolder: string, builtIn: readonly ModelEntry[]) {
    this.#builtIn = builtIn;
    const record = <Value>(name: string, schema: z.ZodType<Value>): RecordFile<Value> =>
      new RecordFile(join(modelsFolder, name), z.record(z.string(), schema));
    this.#imported = record('imported.json', keptEntrySchema);
    this.#pinned = record('pinned.json', pinSchema);
    this.#consents = record('consents.json', z.string());
  }

  /** Built-in ones first. Digests that were pinned on first use are filled in. */
  all(): ModelEntry[] {
    const pins = this.#pinned.readSync();
    return [...this.#builtIn, ...Object.values(this.#imported.readSync())].map((entry) =>
      withPins(entry, pins),
    );
  }

  find(id: string): ModelEntry | undefined {
    const entry =
      this.#builtIn.find((other) => other.id === id) ?? own(this.#imported.readSync(), id);
    return entry === undefined ? undefined : withPins(entry, this.#pinned.readSync());
  }

  isBuiltIn(id: string): boolean {
    return this.#builtIn.some((entry) => entry.id === id);
  }

  importedIds(): ReadonlySet<string> {
    return new Set(Object.keys(this.#imported.readSync()));
  }

  add(entry: ModelEntry): Promise<void> {
    return this.#imported.update((all) => ({ ...all, [entry.id]: entry }));
  }

  /** Drops an imported model's entry, and pinned digests. */
  async forget(id: string): Promise<void> {
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

  /** Every later download of a file has to bring the bytes of its first. */
  async pin(id: string, { path, digest, size }: KnownFile): Promise<void> {
    await this.#pinned.update((all) => ({ ...all, [`${id}/${path}`]: { digest, size } }));
  }

  /** Throws `bad-model` where a licence asks for a consent that is neither given nor recorded; records a given one. */
  async requireConsent(
    { id, licence }: Pick<ModelEntry, 'id' | 'licence'>,
    given: boolean,
  ): Promise<void> {
    if (!licence.consent || own(this.#consents.readSync(), id) !== undefined) return;
    if (!given) {
      throw new GraphError(
        'bad-model',
        `"${id}" has the licence ${licence.id}` +
          `${licence.url === undefined ? '' : ` (${licence.url})`}, which needs your ` +
          'consent. Read it, then accept it when you download the model.',
      );
    }
    const when = new Date().toISOString();
    await this.#consents.update((all) => ({ ...all, [id]: when }));
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
function own<Value>(record: Record<string, Value>, key: string): Value | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}
