import type { ActionRecord, ActionStore } from '@graft/graph';

/** Cache records in memory, for tests. */
export class MemoryActionStore implements ActionStore {
  readonly #records = new Map<string, { record: ActionRecord; usedAt: number }>();

  async getMany(keys: readonly string[]): Promise<Map<string, ActionRecord>> {
    const found = new Map<string, ActionRecord>();
    for (const key of keys) {
      const held = this.#records.get(key);
      if (held !== undefined) found.set(key, structuredClone(held.record));
    }
    return found;
  }

  async putMany(records: readonly ActionRecord[]): Promise<void> {
    const usedAt = Date.now();
    for (const record of records) {
      this.#records.set(record.key, { record: structuredClone(record), usedAt });
    }
  }

  async touch(keys: readonly string[]): Promise<void> {
    const usedAt = Date.now();
    for (const key of keys) {
      const held = this.#records.get(key);
      if (held !== undefined) held.usedAt = usedAt;
    }
  }

  async *list(): AsyncGenerator<ActionRecord & { usedAt: number }, void, undefined> {
    for (const { record, usedAt } of [...this.#records.values()]) {
      yield { ...structuredClone(record), usedAt };
    }
  }

  async deleteMany(keys: readonly string[]): Promise<void> {
    for (const key of keys) this.#records.delete(key);
  }
}
