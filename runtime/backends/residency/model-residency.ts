import { SharedWork } from '../shared/shared-work.ts';
import type { DeviceMemory, Resident } from './device-memory.ts';

/** A loaded model with what it takes. */
interface LoadedModel<Value> {
  readonly value: Value;
  /** Bytes now; may grow while it is used. */
  bytes(): number;
  dispose(): Promise<void>;
}

export interface ModelLoader<Value> {
  readonly key: string;
  readonly memory: DeviceMemory;
  /** Bytes expected, to make room before loading. */
  readonly estimate: number;
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

/** Models of one kind that are loaded once, shared, and put out when their memory is needed. */
export class ModelResidency<Value> {
  readonly #models = new Map<string, { model: ResidentModel<Value>; memory: DeviceMemory }>();
  readonly #loading = new SharedWork<ResidentModel<Value>, never>();

  /** Runs `work` on the model, loaded first if need be; it stays in memory at least until then. */
  async use<Result>(
    loader: ModelLoader<Value>,
    signal: AbortSignal,
    work: (value: Value) => Promise<Result> | Result,
  ): Promise<Result> {
    const model = await this.#get(loader, signal);
    try {
      return await work(model.loaded.value);
    } finally {
      model.users--;
      model.lastUsed = ++clock;
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
      if (there !== undefined) {
        there.users++;
        return there;
      }
      await this.#loading.join(loader.key, { signal }, (shared) => this.#load(loader, shared));
      // Taken in the same turn as it became known, or put out again already: then once more.
    }
  }

  async #load(loader: ModelLoader<Value>, signal: AbortSignal): Promise<ResidentModel<Value>> {
    await loader.memory.makeRoom(loader.estimate);
    const model = new ResidentModel(await loader.load(signal), () => {
      if (this.#models.get(loader.key)?.model === model) this.#models.delete(loader.key);
    });
    this.#models.set(loader.key, { model, memory: loader.memory });
    loader.memory.add(model);
    return model;
  }
}
