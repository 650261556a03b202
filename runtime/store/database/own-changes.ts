/** A row that is being read. */
interface RowRead extends Disposable {
  /** This process has changed the row since the reading began, or was about to: what was read may not be so any more. */
  readonly isOld: boolean;
}

/**
 * What this process changes of rows while it reads them. Connections overtake each other: a row may be read after a change
 * was committed and before its answer came, or the other way round.
 */
export class OwnChanges {
  /** By name, the changes whose answers have not come yet. */
  readonly #underWay = new Map<string, number>();
  readonly #reads = new Map<string, Set<{ isOld: boolean }>>();

  /** Begins a change. Call what it returns once the answer has come and what follows from it is done. */
  begin(name: string): () => void {
    this.#underWay.set(name, (this.#underWay.get(name) ?? 0) + 1);
    this.note(name);
    return () => {
      const left = (this.#underWay.get(name) ?? 1) - 1;
      if (left > 0) this.#underWay.set(name, left);
      else this.#underWay.delete(name);
    };
  }

  /** A change that is committed. */
  note(name: string): void {
    for (const read of this.#reads.get(name) ?? []) read.isOld = true;
  }

  /** Watches a name from before its row is read. */
  read(name: string): RowRead {
    const read = { isOld: this.#underWay.has(name) };
    const reads = this.#reads.get(name) ?? new Set();
    this.#reads.set(name, reads.add(read));
    return {
      get isOld() {
        return read.isOld;
      },
      [Symbol.dispose]: () => {
        reads.delete(read);
        if (reads.size === 0 && this.#reads.get(name) === reads) this.#reads.delete(name);
      },
    };
  }
}
