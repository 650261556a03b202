import { abortable, PendingWork } from '@graft/kit';

/**
 * Up to `most` slots, created on demand, each used by one caller at a time; callers wait in order. An abort ends
 * waiting at once: it gives up the place in the queue, and leaves a slot in creation to the next.
 */
export class SlotPool<Slot> {
  readonly #most: number;
  readonly #make: () => Promise<Slot>;
  readonly #slots = new Set<Slot>();
  readonly #free: Slot[] = [];
  readonly #waiting: (() => void)[] = [];
  /** Including those whose callers have given up. */
  readonly #work = new PendingWork();
  #taken = 0;

  constructor(most: number, make: () => Promise<Slot>) {
    this.#most = most;
    this.#make = make;
  }

  /** The slots created so far. */
  get slots(): ReadonlySet<Slot> {
    return this.#slots;
  }

  /**
   * Rejects with the signal's reason when it aborts; `work` keeps the slot until it ends. Of several free slots it
   * takes the one that `suits` most, of equal ones the last freed.
   */
  async use<T>(
    signal: AbortSignal,
    work: (slot: Slot) => Promise<T>,
    suits: (slot: Slot) => number = () => 0,
  ): Promise<T> {
    const working = this.#use(signal, work, suits);
    this.#work.follow(working);
    return abortable(working, signal);
  }

  /** Returns every slot once nobody uses one, for the caller to free. */
  async close(): Promise<Slot[]> {
    await this.#work.settled();
    const slots = [...this.#slots];
    this.#slots.clear();
    this.#free.length = 0;
    return slots;
  }

  async #use<T>(
    signal: AbortSignal,
    work: (slot: Slot) => Promise<T>,
    suits: (slot: Slot) => number,
  ): Promise<T> {
    await this.#place(signal);
    try {
      const slot = this.#takeFree(suits) ?? (await this.#new());
      try {
        signal.throwIfAborted();
        return await work(slot);
      } finally {
        this.#free.push(slot);
      }
    } finally {
      this.#taken--;
      this.#waiting.shift()?.();
    }
  }

  /** Waits for a place and takes it. */
  async #place(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#taken < this.#most) {
      this.#taken++;
      return;
    }
    let leave = (): void => undefined;
    await new Promise<void>((resolve, reject) => {
      const turn = (): void => {
        // Synchronously, or another caller might step in between.
        this.#taken++;
        resolve();
      };
      leave = () => {
        const at = this.#waiting.indexOf(turn);
        if (at >= 0) this.#waiting.splice(at, 1);
        reject(new Error('gave up waiting'));
      };
      this.#waiting.push(turn);
      signal.addEventListener('abort', leave, { once: true });
    });
    signal.removeEventListener('abort', leave);
  }

  #takeFree(suits: (slot: Slot) => number): Slot | undefined {
    let best = -1;
    let most = -Infinity;
    for (const [at, slot] of this.#free.entries()) {
      const score = suits(slot);
      if (score < most) continue;
      [best, most] = [at, score];
    }
    return best < 0 ? undefined : this.#free.splice(best, 1)[0];
  }

  async #new(): Promise<Slot> {
    const slot = await this.#make();
    this.#slots.add(slot);
    return slot;
  }
}
