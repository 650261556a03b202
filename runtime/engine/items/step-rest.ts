/** Batches that are kept small, so that a long step shows soon how long it is. */
const smallBatches = 2;
const smallShare = 8;
/** Milliseconds of computing, without the first batch, which loads models. */
const measuredFor = 300;
/** Milliseconds that a rest must take at least to be worth sharing: handing it over costs some 0.2 s. */
const longRest = 2_000;

/** Thrown at the end of a batch by a step that leaves its rest to others. */
export class LeavesRest extends Error {
  /** Milliseconds that an item took. */
  readonly msPerItem: number;

  constructor(msPerItem: number) {
    super('The step leaves its rest to other workers.');
    this.msPerItem = msPerItem;
  }
}

/** Measures how fast the items of a step are computed, and decides when it leaves its rest to others. */
export class StepRest {
  #batches = 0;
  #items = 0;
  #since = 0;
  readonly #now: () => number;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** The size of the next batch. */
  sizeOf(full: number): number {
    return this.#batches < smallBatches ? Math.max(1, Math.floor(full / smallShare)) : full;
  }

  /** A batch has ended, and `left` items at most are to be computed. Throws `LeavesRest`. */
  ended(items: number, left: number): void {
    this.#batches += 1;
    const now = this.#now();
    if (this.#batches === 1) {
      this.#since = now;
      return;
    }
    this.#items += items;
    const msPerItem = (now - this.#since) / this.#items;
    if (now - this.#since < measuredFor || left * msPerItem < longRest) return;
    throw new LeavesRest(msPerItem);
  }
}
