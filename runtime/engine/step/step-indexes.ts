import type { Backends, IndexInfo, SearchIndex } from '@graft/graph';

/** The indexes that a step searches. Each is opened once for all batches, and closed with the step. */
export class StepIndexes {
  readonly #open: Backends['openIndex'];
  readonly #opened = new Map<string, Promise<SearchIndex>>();

  constructor(open: Backends['openIndex']) {
    this.#open = open;
  }

  open(folder: string, info: IndexInfo): Promise<SearchIndex> {
    const known = this.#opened.get(folder);
    if (known !== undefined) return known;
    const opening = this.#open(folder, info);
    this.#opened.set(folder, opening);
    // The next batch of the step tries again.
    opening.catch(() => this.#opened.delete(folder));
    return opening;
  }

  async close(): Promise<void> {
    for (const opened of await Promise.allSettled(this.#opened.values())) {
      if (opened.status === 'fulfilled') opened.value[Symbol.dispose]();
    }
  }
}
