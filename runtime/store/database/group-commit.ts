interface Waiting<T> {
  readonly entries: readonly T[];
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Gathers the writes that arrive during a commit into the next one, so that many small writes cost few transactions. Keeps
 * their order. If a shared commit fails, tries each of its writes alone, so that a bad one does not fail the others.
 */
export class GroupCommit<T> {
  readonly #commit: (entries: readonly T[]) => Promise<void>;
  #waiting: Waiting<T>[] = [];
  #running = false;

  constructor(commit: (entries: readonly T[]) => Promise<void>) {
    this.#commit = commit;
  }

  /** Resolves when the entries are committed. */
  write(entries: readonly T[]): Promise<void> {
    if (entries.length === 0) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.#waiting.push({ entries, resolve, reject });
      if (!this.#running) void this.#run();
    });
  }

  async #run(): Promise<void> {
    this.#running = true;
    // Further writes of this turn join the first commit.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const group = this.#waiting;
      this.#waiting = [];
      try {
        await this.#commit(group.flatMap((waiting) => waiting.entries));
        for (const waiting of group) waiting.resolve();
      } catch (error) {
        if (group.length === 1) group[0]?.reject(error);
        else await this.#commitEach(group);
      }
    }
    this.#running = false;
  }

  async #commitEach(group: readonly Waiting<T>[]): Promise<void> {
    for (const waiting of group) {
      try {
        await this.#commit(waiting.entries);
        waiting.resolve();
      } catch (error) {
        waiting.reject(error);
      }
    }
  }
}
