import type { ActionRecord, ActionStore, ArtifactRef, ArtifactStore, Digest } from '@graft/graph';
import { eachAtOnce } from '@graft/kit';

/** A cached result. `evicted`: there is a record, but its artifacts are gone. */
export type Lookup = ActionRecord | 'evicted' | undefined;

/** Artifacts looked up at once. */
const parallelChecks = 32;

/** Finds cached results for one run, in batches. A result counts only if all of its artifacts exist. */
export class ActionLookup {
  readonly #actions: ActionStore;
  readonly #artifacts: ArtifactStore;
  readonly #records = new Map<string, ActionRecord>();
  readonly #present = new Map<Digest, boolean>();

  constructor(stores: { actions: ActionStore; artifacts: ArtifactStore }) {
    this.#actions = stores.actions;
    this.#artifacts = stores.artifacts;
  }

  /** Reads probable keys in one batch, so that a fully cached run waits only once. */
  async prefetch(keys: readonly string[]): Promise<void> {
    if (keys.length > 0) await this.#load(keys);
  }

  /** Remembers a result of this run. */
  remember(record: ActionRecord): void {
    this.#records.set(record.key, record);
    for (const { digest } of Object.values(record.outputs)) this.#present.set(digest, true);
  }

  /** Looks up artifacts: see `hasAll`. */
  async look(artifacts: readonly ArtifactRef[]): Promise<void> {
    const digests = new Set(artifacts.map(({ digest }) => digest));
    await eachAtOnce(digests, parallelChecks, async (digest) => {
      await this.#look(digest);
    });
  }

  /** Whether all of these outputs are known to exist. */
  hasAll(outputs: Readonly<Record<string, ArtifactRef>>): boolean {
    return Object.values(outputs).every(({ digest }) => this.#present.get(digest) === true);
  }

  /** The result, if it is known without waiting. */
  known(key: string): Lookup {
    const record = this.#records.get(key);
    if (record === undefined) return undefined;
    return this.hasAll(record.outputs) ? record : 'evicted';
  }

  /** Looks up the keys that are not known yet. */
  async find(keys: readonly string[]): Promise<void> {
    const unknown = keys.filter((key) => !this.#records.has(key));
    if (unknown.length > 0) await this.#load(unknown);
  }

  /** Looks up a result again: another process may have stored it meanwhile. */
  async again(key: string): Promise<ActionRecord | undefined> {
    const record = (await this.#actions.getMany([key])).get(key);
    if (record === undefined) return undefined;
    const digests = Object.values(record.outputs).map(({ digest }) => digest);
    const present = await Promise.all(digests.map((digest) => this.check(digest)));
    if (!present.every(Boolean)) return undefined;
    this.#records.set(key, record);
    return record;
  }

  /** Looks up again whether an artifact exists. */
  async check(digest: Digest): Promise<boolean> {
    return this.#look(digest, { fresh: true });
  }

  async #look(digest: Digest, options?: { readonly fresh: boolean }): Promise<boolean> {
    const present = await this.#artifacts.has(digest, options);
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
    await eachAtOnce(digests, parallelChecks, async (digest) => {
      await this.#look(digest);
    });
  }
}
