import type { ItemFamily } from '@graft/graph';
import type { CollectableItems } from '../../collect-garbage.ts';

interface Held {
  readonly items: Map<string, Uint8Array>;
  open: number;
  usedAt: number;
}

/** Items in memory, for tests. */
export class MemoryItemStore implements CollectableItems {
  readonly #families = new Map<string, Held>();

  async open(family: string): Promise<ItemFamily> {
    const held = this.#families.get(family) ?? { items: new Map(), open: 0, usedAt: 0 };
    this.#families.set(family, held);
    held.usedAt = Date.now();
    let appends = false;
    return {
      has: (key) => held.items.has(key),
      get: async (key) => held.items.get(key)?.slice(),
      append: async (entries) => {
        if (!appends) held.open += 1;
        appends = true;
        for (const { key, payload } of entries) held.items.set(key, payload.slice());
      },
      [Symbol.asyncDispose]: async () => {
        if (appends) held.open -= 1;
        appends = false;
      },
    };
  }

  async *list(): AsyncGenerator<{ family: string; size: number; usedAt: number }, void, undefined> {
    for (const [family, { items, usedAt }] of [...this.#families]) {
      let size = 0;
      for (const payload of items.values()) size += payload.byteLength;
      yield { family, size, usedAt };
    }
  }

  async delete(family: string): Promise<boolean> {
    if ((this.#families.get(family)?.open ?? 0) > 0) return false;
    this.#families.delete(family);
    return true;
  }
}
