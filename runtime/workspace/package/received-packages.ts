import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import {
  actionRecordSchema,
  GraphError,
  sameJson,
  type ActionRecord,
  type ActionStore,
} from '@graft/graph';
import { hasCode, removeFolder, replaceFile } from '@graft/kit';
import { z } from 'zod';

const receivedSchema = z.object({
  /** Begins with its name, ends in part of its manifest's digest. */
  id: z.string(),
  name: z.string(),
  /** The path of its graph; moves with the file. */
  graph: z.string(),
  createdAt: z.number(),
  receivedAt: z.number(),
  /** The run that came with it. */
  runId: z.string().optional(),
  /** Its records serve every graph, as those made here do. */
  trusted: z.boolean(),
  /** Its graph was here before it came: until it is trusted, its records serve none. */
  held: z.boolean().optional(),
});
/** A package that was unpacked here. */
export type ReceivedPackage = z.infer<typeof receivedSchema>;

const actionsFile = 'actions.ndjson';
const idPattern = /^[\w.-]{1,255}$/;

/**
 * The packages that a workspace has received. Digests prove bytes, and not that a key made them: until somebody
 * trusts a package, its cache records are kept here, apart, and serve its own graph only, or none where that graph was here
 * before.
 */
export class ReceivedPackages {
  readonly #folder: string;
  readonly #records = new Map<string, Promise<readonly ActionRecord[]>>();
  #listed: { readonly stamp: string; readonly packages: readonly ReceivedPackage[] } | undefined;

  constructor(stateFolder: string) {
    this.#folder = join(stateFolder, 'packages');
  }

  /** Newest first. */
  async list(): Promise<readonly ReceivedPackage[]> {
    const ids = await readdir(this.#folder).catch((error: unknown) => {
      if (hasCode(error, 'ENOENT')) return [];
      throw error;
    });
    if (ids.length === 0) return [];
    const stamps = await Promise.all(
      ids.map(
        async (id) =>
          `${id} ${String((await stat(this.#entry(id)).catch(() => undefined))?.mtimeMs)}`,
      ),
    );
    const stamp = stamps.join('\n');
    if (this.#listed?.stamp === stamp) return this.#listed.packages;
    const read = await Promise.all(ids.map((id) => this.#read(id)));
    const packages = read
      .filter((each) => each !== undefined)
      .sort((a, b) => b.receivedAt - a.receivedAt);
    this.#listed = { stamp, packages };
    return packages;
  }

  /** Throws `missing-file`. */
  async get(id: string): Promise<ReceivedPackage> {
    const all = await this.list();
    const found = all.find((each) => each.id === id) ?? all.find(({ name }) => name === id);
    if (found !== undefined) return found;
    throw new GraphError(
      'missing-file',
      `There is no package "${id}" in this workspace. "graft packages ls" lists the packages.`,
    );
  }

  /** A package by its id; undefined where it is not here. */
  find(id: string): Promise<ReceivedPackage | undefined> {
    return this.#read(id);
  }

  /** Keeps a package's records. The same package again replaces itself, and stays trusted if it was. */
  async keep(
    received: Omit<ReceivedPackage, 'trusted'>,
    records: readonly ActionRecord[],
  ): Promise<ReceivedPackage> {
    const before = await this.#read(received.id);
    const entry = { ...received, trusted: before?.trusted ?? false };
    const folder = join(this.#folder, received.id);
    await mkdir(folder, { recursive: true });
    const lines = records.map((record) => `${JSON.stringify(record)}\n`).join('');
    await replaceFile(join(folder, actionsFile), lines);
    await this.#write(entry);
    return entry;
  }

  /** The store as a run of `file` sees it: with the records of packages that brought this file, where it has none. */
  async storeFor(file: string, actions: ActionStore): Promise<ActionStore> {
    const own = (await this.list()).filter(
      ({ graph, trusted, held }) => graph === file && !trusted && held !== true,
    );
    if (own.length === 0) return actions;
    const received = new Map<string, ActionRecord>();
    for (const { id, name } of own) {
      for (const record of await this.#recordsOf(id)) {
        if (!received.has(record.key)) received.set(record.key, { ...record, from: name });
      }
    }
    return new WithReceived(actions, received);
  }

  /** The store with all that packages brought, to find out by which artifacts are still of use. */
  async withAll(actions: ActionStore): Promise<ActionStore> {
    const received = new Map<string, ActionRecord & { usedAt: number }>();
    for (const { id, receivedAt, trusted } of await this.list()) {
      if (trusted) continue;
      for (const record of await this.#recordsOf(id)) {
        if (!received.has(record.key)) received.set(record.key, { ...record, usedAt: receivedAt });
      }
    }
    return received.size === 0 ? actions : new WithReceived(actions, received);
  }

  /** Lets the records of a package serve every graph. */
  async trust(id: string, actions: ActionStore): Promise<ReceivedPackage> {
    const found = await this.get(id);
    if (found.trusted) return found;
    const records = await this.#recordsOf(found.id);
    const here = await actions.getMany(records.map(({ key }) => key));
    await actions.putMany(records.filter(({ key }) => !here.has(key)));
    const trusted = { ...found, trusted: true };
    await this.#write(trusted);
    return trusted;
  }

  /** The cache records that a package brought; by its id or name. Throws `missing-file`. */
  async records(id: string): Promise<readonly ActionRecord[]> {
    return this.#recordsOf((await this.get(id)).id);
  }

  /** Forgets a package: its files and runs stay; its records go, also those that serve every graph since it is trusted. */
  async remove(id: string, actions: ActionStore): Promise<void> {
    const found = await this.get(id);
    if (found.trusted) {
      const records = await this.#recordsOf(found.id);
      const here = await actions.getMany(records.map(({ key }) => key));
      // What was made here again meanwhile is another record.
      const brought = records.filter((record) => isSameRecord(record, here.get(record.key)));
      await actions.deleteMany(brought.map(({ key }) => key));
    }
    this.#records.delete(found.id);
    await removeFolder(join(this.#folder, found.id));
  }

  /** A graph file has another name: its packages go with it. */
  async renameFile(from: string, to: string): Promise<void> {
    for (const each of await this.list()) {
      if (each.graph === from) await this.#write({ ...each, graph: to });
    }
  }

  #recordsOf(id: string): Promise<readonly ActionRecord[]> {
    const known = this.#records.get(id) ?? this.#readRecords(id);
    this.#records.set(id, known);
    return known;
  }

  /** A damaged list serves nothing: what is missing is computed. */
  async #readRecords(id: string): Promise<readonly ActionRecord[]> {
    const text = await readFile(join(this.#folder, id, actionsFile), 'utf8').catch(() => '');
    const records = text.split('\n').flatMap((line) => {
      try {
        return [actionRecordSchema.parse(JSON.parse(line))];
      } catch {
        return [];
      }
    });
    return records;
  }

  #entry(id: string): string {
    return join(this.#folder, id, 'package.json');
  }

  async #read(id: string): Promise<ReceivedPackage | undefined> {
    if (!idPattern.test(id)) return undefined;
    const text = await readFile(this.#entry(id), 'utf8').catch(() => undefined);
    if (text === undefined) return undefined;
    try {
      return receivedSchema.parse(JSON.parse(text));
    } catch {
      return undefined;
    }
  }

  async #write(entry: ReceivedPackage): Promise<void> {
    this.#records.delete(entry.id);
    await replaceFile(this.#entry(entry.id), `${JSON.stringify(entry, null, 1)}\n`);
    this.#listed = undefined;
  }
}

function isSameRecord(record: ActionRecord, other: ActionRecord | undefined): boolean {
  return (
    other !== undefined &&
    record.createdAt === other.createdAt &&
    sameJson(record.outputs, other.outputs)
  );
}

/**
 * The id that a package gets here: its name, and part of the digest of what it says of itself, its fields in the order of
 * the schema. In another order, what an earlier version received would be another package.
 */
export function receivedId(manifest: { readonly name: string }): string {
  const digest = createHash('sha256').update(JSON.stringify(manifest)).digest('hex');
  return `${manifest.name.replace(/[^\w.-]+/g, '-').slice(0, 100)}-${digest.slice(0, 12)}`;
}

/** An action store that looks into received records where it has none of its own; it writes none there. */
class WithReceived implements ActionStore {
  readonly #actions: ActionStore;
  readonly #received: ReadonlyMap<string, ActionRecord & { readonly usedAt?: number }>;

  constructor(
    actions: ActionStore,
    received: ReadonlyMap<string, ActionRecord & { readonly usedAt?: number }>,
  ) {
    this.#actions = actions;
    this.#received = received;
  }

  async getMany(keys: readonly string[]): Promise<Map<string, ActionRecord>> {
    const found = await this.#actions.getMany(keys);
    for (const key of keys) {
      const received = this.#received.get(key);
      if (received !== undefined && !found.has(key)) found.set(key, received);
    }
    return found;
  }

  putMany(records: readonly ActionRecord[]): Promise<void> {
    return this.#actions.putMany(records);
  }

  touch(keys: readonly string[]): Promise<void> {
    return this.#actions.touch(keys);
  }

  async *list(): AsyncGenerator<ActionRecord & { usedAt: number }> {
    const here = new Set<string>();
    for await (const record of this.#actions.list()) {
      if (this.#received.has(record.key)) here.add(record.key);
      yield record;
    }
    for (const record of this.#received.values()) {
      if (!here.has(record.key)) yield { ...record, usedAt: record.usedAt ?? record.createdAt };
    }
  }

  deleteMany(keys: readonly string[]): Promise<void> {
    return this.#actions.deleteMany(keys);
  }
}
