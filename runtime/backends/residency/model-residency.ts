import { GraphError, type Lease } from '@graft/graph';
import { SharedWork } from '../shared/shared-work.ts';
import type { DeviceMemory, Resident } from './device-memory.ts';

/** A loaded model and its memory. */
interface LoadedModel<Value> {
  readonly value: Value;
  /** Current bytes; grows only by what `growth` announced. */
  bytes(): number;
  dispose(): Promise<void>;
}

export interface ModelLoader<Value> {
  readonly key: string;
  /** Its id, for people. */
  readonly model: string;
  readonly memory: DeviceMemory;
  /** Bytes to claim before loading it for this use. */
  readonly estimate: number;
  /** Bytes that this use adds to a loaded model, to claim before; absent: none. */
  readonly growth?: (value: Value) => number;
  /** Counts the growth as the model's own. */
  readonly grow?: (value: Value) => void;
  /** Called after each use with the bytes that the model takes. */
  readonly held?: ((model: string, bytes: number) => void) | undefined;
  load(signal: AbortSignal): Promise<LoadedModel<Value>>;
}

let clock = 0;

class ResidentModel<Value> implements Resident {
  readonly model: string;
  readonly loaded: LoadedModel<Value>;
  readonly #evicted: () => void;
  users = 0;
  lastUsed = ++clock;

  constructor(model: string, loaded: LoadedModel<Value>, evicted: () => void) {
    this.model = model;
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
 * Models of one kind, loaded once, shared, and unloaded when their memory is needed. Nobody holds a model while waiting
 * for memory, which prevents deadlocks.
 */
export class ModelResidency<Value> {
  readonly #models = new Map<string, { model: ResidentModel<Value>; memory: DeviceMemory }>();
  readonly #loading = new SharedWork<ResidentModel<Value>, never>();

  /**
   * Runs `work` on the model, which it loads if needed and keeps at least until then. If memory still runs out, unloads
   * everything idle on the device, so that a retry finds more.
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
        // Taken synchronously once known; if it was unloaded meanwhile, tries again.
        continue;
      }
      const more = loader.growth?.(there.loaded.value) ?? 0;
      if (more === 0) {
        there.users++;
        return there;
      }
      there.lastUsed = ++clock;
      using lease = await loader.memory.lease(more, signal);
      // Unloaded for this very claim: it does not fit beside the model's present size.
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
    const model = new ResidentModel(loader.model, loaded, () => {
      if (this.#models.get(key)?.model === model) this.#models.delete(key);
    });
    loader.grow?.(loaded.value);
    this.#models.set(key, { model, memory });
    memory.add(model, lease);
    // Held until those who waited have had their turn; otherwise others would unload it before its use.
    model.users++;
    setImmediate(() => {
      model.users--;
      memory.changed();
    });
    return model;
  }
}

/** A driver may have less than it reports, or fragmented memory: unloads everything idle and tries again. */
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
