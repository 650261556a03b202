import type { Lease } from '@graft/graph';

/** Counts the memory that a step claims: what it leases, and the models that it uses, which it may share with others. */
export class StepMemory {
  readonly #models = new Map<string, number>();
  #leased = 0;
  #peak = 0;

  /** The most at a time, in bytes; undefined: it claimed none. */
  get peak(): number | undefined {
    return this.#peak === 0 ? undefined : Math.round(this.#peak);
  }

  /** A loaded model was used, and takes so many bytes by now. */
  uses(model: string, bytes: number): void {
    this.#models.set(model, Math.max(bytes, this.#models.get(model) ?? 0));
    this.#note();
  }

  /** The lease, counted until it is given back. */
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
