import type { ActionRecord, ActionStore, ArtifactStore, Digest } from '@graft/graph';

/** A cached result; `evicted`: there was one, but the record's artifacts are gone. */
export type Lookup = ActionRecord | 'evicted' | undefined;

/** Artifacts asked after at once. */
const parallelChecks = 32;

/** Finds cached results for one run: in batches, and only with all of their artifacts still there. */
export class ActionLookup {
  readonly #actions: ActionStore;
  readonly #artifacts: ArtifactStore;
  readonly #records = new Map<string, ActionRecord>();
  readonly #present = new Map<Digest, boolean>();

  constructor(stores: { actions: ActionStore; artifacts: ArtifactStore }) {
    this.#actions = stores.actions;
    this.#artifacts = stores.artifacts;
  }

  /** Reads in one batch what will probably be asked for, so that a fully cached run waits only once. */
  async prefetch(keys: readonly string[]): Promise<void> {
    if (keys.length > 0) await this.#load(keys);
  }

  /** Remembers a result of this run. */
  remember(record: ActionRecord): void {
    this.#records.set(record.key, record);
    for (const { digest } of Object.values(record.outputs)) this.#present.set(digest, true);
  }

  /** The answer, if it needs no waiting. */
  known(key: string): Lookup {
    const record = this.#records.get(key);
    if (record === undefined) return undefined;
    const outputs = Object.values(record.outputs);
    return outputs.every(({ digest }) => this.#present.get(digest) === true) ? record : 'evicted';
  }

  /** Looks up keys that are not known yet. */
  async find(keys: readonly string[]): Promise<void> {
    const unknown = keys.filter((key) => !this.#records.has(key));
    if (unknown.length > 0) await this.#load(unknown);
  }

  /** The result, asked anew: another process may have stored it, or stored it again, meanwhile. */
  async again(key: string): Promise<ActionRecord | undefined> {
    const record = (await this.#actions.getMany([key])).get(key);
    if (record === undefined) return undefined;
    const digests = Object.values(record.outputs).map(({ digest }) => digest);
    const present = await Promise.all(digests.map((digest) => this.check(digest)));
    if (!present.every(Boolean)) return undefined;
    this.#records.set(key, record);
    return record;
  }

  /** Whether an artifact is still there, asked anew. */
  async check(digest: Digest): Promise<boolean> {
    const present = await this.#artifacts.has(digest);
    this.#present.set(digest, present);
    return present;
  }

  async #load(keys: readonly string[]): Promise<void> {
    const digests = new Set<Digest>();
    for (const [key, record] of await this.#actions.getMany(keys)) {
      this.#records.set(key, record);
      for (const { digest } of Object.values(record.outputs)) {
        if (!this.#present.has(digest)) digests.add(digest);
      }
    }
    const queue = digests.values();
    const check = async (): Promise<void> => {
      for (const digest of queue) await this.check(digest);
    };
    await Promise.all(Array.from({ length: parallelChecks }, check));
  }
}
