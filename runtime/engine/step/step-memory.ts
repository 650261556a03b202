import type { Lease } from '@graft/graph';

/** Counts the memory that a step claims: its leases, and the models that it uses, possibly with other steps. */
export class StepMemory {
  readonly #models = new Map<string, number>();
  #leased = 0;
  #peak = 0;

  /** The most memory at once, in bytes; undefined if it claimed none. */
  get peak(): number | undefined {
    return this.#peak === 0 ? undefined : Math.round(this.#peak);
  }

  /** Records the use of a loaded model, with the bytes that it takes now. */
  uses(model: string, bytes: number): void {
    this.#models.set(model, Math.max(bytes, this.#models.get(model) ?? 0));
    this.#note();
  }

  /** Counts a lease until it is given back. */
  counted(lease: Lease): Lease {
    const { device, bytes } = lease;
    this.#leased += bytes;
    this.#note();
    let held = true;
    return {
      ...{ device, bytes },
      [Symbol.dispose]: () => {
        if (held) this.#leased -= bytes;
        held = false;
        lease[Symbol.dispose]();
      },
    };
  }

  #note(): void {
    let now = this.#leased;
    for (const bytes of this.#models.values()) now += bytes;
    this.#peak = Math.max(this.#peak, now);
  }
}
