import { GraphError, type Lease } from '@graft/graph';
import { SharedWork } from '../shared/shared-work.ts';
import type { DeviceMemory, Resident } from './device-memory.ts';

/** A loaded model with what it takes. */
interface LoadedModel<Value> {
  readonly value: Value;
  /** Bytes now; grows only by what `growth` said before. */
  bytes(): number;
  dispose(): Promise<void>;
}

export interface ModelLoader<Value> {
  readonly key: string;
  readonly memory: DeviceMemory;
  /** Bytes that loading it for this use takes, claimed before. */
  readonly estimate: number;
  /** Bytes that this use adds to a loaded one, claimed before; absent: nothing. */
  readonly growth?: (value: Value) => number;
  /** Counts the growth as the model's own. */
  readonly grow?: (value: Value) => void;
  /** Told after each use how many bytes the model takes. */
  readonly held?: ((model: string, bytes: number) => void) | undefined;
  load(signal: AbortSignal): Promise<LoadedModel<Value>>;
}

let clock = 0;

class ResidentModel<Value> implements Resident {
  readonly loaded: LoadedModel<Value>;
  readonly #evicted: () => void;
  users = 0;
  lastUsed = ++clock;

  constructor(loaded: LoadedModel<Value>, evicted: () => void) {
    this.loaded = loaded;
    this.#evicted = evicted;
  }

  get bytes(): number {
    return this.loaded.bytes();
  }

  get busy(): boolean {
    return this.users > 0;
  }

  async evict(): Promise<void> {
    this.#evicted();
    await this.loaded.dispose();
  }
}

/**
 * Models of one kind that are loaded once, shared, and put out when their memory is needed. Nobody holds a model while
 * waiting for memory, so that no two wait for each other.
 */
export class ModelResidency<Value> {
  readonly #models = new Map<string, { model: ResidentModel<Value>; memory: DeviceMemory }>();
  readonly #loading = new SharedWork<ResidentModel<Value>, never>();

  /**
   * Runs `work` on the model, loaded first if need be; it stays in memory at least until then. Where memory runs out
   * all the same, whatever is idle on the device is put out, so that whoever tries again finds more.
   */
  async use<Result>(
    loader: ModelLoader<Value>,
    signal: AbortSignal,
    work: (value: Value) => Promise<Result> | Result,
  ): Promise<Result> {
    const model = await this.#get(loader, signal);
    let ranOut = false;
    try {
      return await work(model.loaded.value);
    } catch (error) {
      ranOut = isOutOfMemory(error);
      throw error;
    } finally {
      loader.held?.(loader.key, model.bytes);
      model.users--;
      model.lastUsed = ++clock;
      if (ranOut) await loader.memory.evictIdle();
      loader.memory.changed();
    }
  }

  async dispose(): Promise<void> {
    await Promise.all(
      [...this.#models.values()].map(async ({ model, memory }) => {
        memory.remove(model);
        await model.evict();
      }),
    );
  }

  /** With one more user. */
  async #get(loader: ModelLoader<Value>, signal: AbortSignal): Promise<ResidentModel<Value>> {
    for (;;) {
      const there = this.#models.get(loader.key)?.model;
      if (there === undefined) {
        await this.#loading.join(loader.key, { signal }, (shared) => this.#load(loader, shared));
        // Taken in the same turn as it became known, or put out again already: then once more.
        continue;
      }
      const more = loader.growth?.(there.loaded.value) ?? 0;
      if (more === 0) {
        there.users++;
        return there;
      }
      there.lastUsed = ++clock;
      using lease = await loader.memory.lease(more, signal);
      // Put out for the sake of this very claim: it does not fit beside what the model has grown to.
      if (this.#models.get(loader.key)?.model !== there) continue;
      there.users++;
      loader.grow?.(there.loaded.value);
      void lease;
      return there;
    }
  }

  async #load(loader: ModelLoader<Value>, signal: AbortSignal): Promise<ResidentModel<Value>> {
    const lease = await loader.memory.lease(loader.estimate, signal);
    try {
      return this.#add(loader, lease, await loadTwice(loader, signal));
    } catch (error) {
      lease[Symbol.dispose]();
      throw error;
    }
  }

  #add(loader: ModelLoader<Value>, lease: Lease, loaded: LoadedModel<Value>): ResidentModel<Value> {
    const { key, memory } = loader;
    const model = new ResidentModel(loaded, () => {
      if (this.#models.get(key)?.model === model) this.#models.delete(key);
    });
    loader.grow?.(loaded.value);
    this.#models.set(key, { model, memory });
    memory.add(model, lease);
    // Held until those who waited for it have had their turn: it would be put out for others before they use it.
    model.users++;
    setImmediate(() => {
      model.users--;
      memory.changed();
    });
    return model;
  }
}

/** A driver may have less than it says, or in pieces: what is idle is put out, and it is tried once more. */
async function loadTwice<Value>(
  loader: ModelLoader<Value>,
  signal: AbortSignal,
): Promise<LoadedModel<Value>> {
  try {
    return await loader.load(signal);
  } catch (error) {
    if (!isOutOfMemory(error) || signal.aborted) throw error;
    await loader.memory.evictIdle();
    return loader.load(signal);
  }
}

function isOutOfMemory(error: unknown): boolean {
  return error instanceof GraphError && error.code === 'out-of-memory';
}
