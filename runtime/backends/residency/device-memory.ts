import { GraphError, type Device, type Lease, type LoadedModel } from '@graft/graph';

/** A model in memory that can be unloaded. */
export interface Resident {
  readonly model: string;
  readonly bytes: number;
  readonly busy: boolean;
  /** Increases with every use. */
  readonly lastUsed: number;
  evict(): Promise<void>;
}

interface Claim {
  readonly bytes: number;
  readonly grant: () => void;
  readonly refuse: (error: GraphError) => void;
}

/**
 * Bytes of a device that Graft may use now: the free ones plus the `used` ones that it already has. Undefined if
 * unknown.
 */
export type MeasureCapacity = (used: number) => Promise<number | undefined>;

/**
 * The memory ledger of a device: leases of steps, and residents, which it unloads (least recently used first) when a
 * claim does not fit. Grants claims in order. Claims never exceed the capacity, and precede the allocation.
 */
export class DeviceMemory {
  readonly device: Device;
  readonly #residents = new Set<Resident>();
  /** Residents being unloaded: their bytes are not free until they are gone. */
  readonly #leaving = new Map<Promise<void>, number>();
  readonly #claims: Claim[] = [];
  /** Fixed limit in bytes, whatever is free. */
  readonly #limit: number;
  readonly #measure: MeasureCapacity | undefined;
  #leased = 0;
  #capacity: number;
  #peak = 0;
  #settling = false;
  #again = false;

  /** `limit` in bytes; Infinity if only the measured capacity counts. */
  constructor(device: Device, limit: number, measure?: MeasureCapacity) {
    this.device = device;
    this.#limit = limit;
    this.#capacity = limit;
    this.#measure = measure;
  }

  /** The last measurement. */
  get capacity(): number {
    return this.#capacity;
  }

  /** Bytes claimed by leases and residents, including those being unloaded. */
  get used(): number {
    return this.#leased + sum(this.#residents) + this.#leavingBytes;
  }

  /** Peak of the claimed bytes. */
  get peak(): number {
    return this.#peak;
  }

  /** Those in memory, also while nobody uses them. */
  get models(): readonly LoadedModel[] {
    const { id: device } = this.device;
    return [...this.#residents].map(({ model: id, bytes }) => ({ id, device, bytes }));
  }

  /** Bytes that a lease could get now if idle residents were unloaded. */
  async room(): Promise<number> {
    await this.#look();
    const busy = [...this.#residents].filter((resident) => resident.busy);
    return Math.max(0, this.#capacity - this.#leased - sum(busy));
  }

  /** Waits until the bytes are free. Throws `out-of-memory` if they never can be. */
  async lease(bytes: number, signal?: AbortSignal): Promise<Lease> {
    if (bytes > this.#limit) throw this.#tooMuch(bytes);
    await this.#granted(bytes, signal);
    let held = true;
    return {
      device: this.device,
      bytes,
      [Symbol.dispose]: () => {
        if (!held) return;
        held = false;
        this.#leased -= bytes;
        this.changed();
      },
    };
  }

  get #leavingBytes(): number {
    let bytes = 0;
    for (const leaving of this.#leaving.values()) bytes += leaving;
    return bytes;
  }

  /** Unloads everything idle: memory ran out although there should have been enough. */
  async evictIdle(): Promise<void> {
    await this.#evict(() => true);
  }

  /** Replaces the lease under which it was loaded, synchronously. */
  add(resident: Resident, lease: Lease): void {
    this.#residents.add(resident);
    lease[Symbol.dispose]();
    this.#peak = Math.max(this.#peak, this.used);
  }

  remove(resident: Resident): void {
    this.#residents.delete(resident);
    this.changed();
  }

  /** Something was freed, became idle or changed its size: checks waiting claims again. */
  changed(): void {
    this.#again = true;
    if (this.#settling) return;
    this.#settling = true;
    void this.#settleAll();
  }

  /** Unloads idle residents, least recently used first, while needed. */
  async #evict(needed: () => boolean): Promise<void> {
    while (needed()) {
      // Residents already leaving may free enough.
      const [leaving] = this.#leaving.keys();
      if (leaving !== undefined) {
        await leaving;
        continue;
      }
      const idle = [...this.#residents].filter((resident) => !resident.busy);
      const oldest = idle.sort((a, b) => a.lastUsed - b.lastUsed)[0];
      if (oldest === undefined) return;
      await this.#putOut(oldest);
    }
  }

  #putOut(resident: Resident): Promise<void> {
    const { bytes } = resident;
    this.#residents.delete(resident);
    // A resident that fails to unload must not block others forever.
    const leaving = resident
      .evict()
      .catch(() => undefined)
      .finally(() => {
        this.#leaving.delete(leaving);
        this.changed();
      });
    this.#leaving.set(leaving, bytes);
    return leaving;
  }

  #granted(bytes: number, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const claim: Claim = {
        bytes,
        grant: () => {
          signal?.removeEventListener('abort', giveUp);
          resolve();
        },
        refuse: (error) => {
          signal?.removeEventListener('abort', giveUp);
          reject(error);
        },
      };
      const giveUp = (): void => {
        const at = this.#claims.indexOf(claim);
        if (at >= 0) this.#claims.splice(at, 1);
        reject(new GraphError('cancelled', 'cancelled while waiting for memory'));
        this.changed();
      };
      if (signal?.aborted === true) {
        giveUp();
        return;
      }
      signal?.addEventListener('abort', giveUp, { once: true });
      this.#claims.push(claim);
      this.changed();
    });
  }

  /** Repeats until nothing has changed since the last check. */
  async #settleAll(): Promise<void> {
    try {
      while (this.#again) {
        this.#again = false;
        await this.#settle();
      }
    } finally {
      this.#settling = false;
    }
  }

  async #settle(): Promise<void> {
    for (let claim = this.#claims[0]; claim !== undefined; claim = this.#claims[0]) {
      const { bytes } = claim;
      await this.#look();
      await this.#evict(() => this.used + bytes > this.#capacity);
      // The claim may have been given up meanwhile.
      if (this.#claims[0] !== claim) continue;
      const fits = this.used + bytes <= this.#capacity;
      // Leases return their share in time; other programs may not.
      if (!fits && this.used > 0) return;
      this.#claims.shift();
      if (fits) {
        this.#leased += bytes;
        this.#peak = Math.max(this.#peak, this.used);
        claim.grant();
      } else claim.refuse(this.#tooMuch(bytes));
    }
  }

  /** Measures, unless leases may have allocated a part of their claims: then our own share is unknown. */
  async #look(): Promise<void> {
    if (this.#leased > 0 || this.#measure === undefined) return;
    const measured = await this.#measure(this.used).catch(() => undefined);
    if (measured !== undefined) this.#capacity = Math.min(this.#limit, measured);
  }

  #tooMuch(bytes: number): GraphError {
    const most = Math.min(this.#capacity, this.#limit);
    return new GraphError(
      'out-of-memory',
      `this needs ${megabytes(bytes)} of memory on ${this.device.name}, but only ${megabytes(most)} are available; use a smaller model, a shorter context or a smaller batch, or close other programs`,
      { audience: 'operator' },
    );
  }
}

function sum(residents: Iterable<Resident>): number {
  let bytes = 0;
  for (const resident of residents) bytes += resident.bytes;
  return bytes;
}

function megabytes(bytes: number): string {
  return `${Math.max(0, Math.round(bytes / 1e6)).toLocaleString('en')} MB`;
}
