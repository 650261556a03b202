import { GraphError, type Device, type Lease } from '@graft/graph';

/** Something in memory that can be put out when the room is needed. */
export interface Resident {
  readonly bytes: number;
  readonly busy: boolean;
  /** Counts up with every use. */
  readonly lastUsed: number;
  evict(): Promise<void>;
}

interface Claim {
  readonly bytes: number;
  readonly grant: () => void;
  readonly refuse: (error: GraphError) => void;
}

/**
 * How many bytes of a device we may take, as it stands: what is free on it and the `used` ones that are ours already.
 * Undefined where nobody tells.
 */
export type MeasureCapacity = (used: number) => Promise<number | undefined>;

/**
 * The ledger of one device's memory: leases that steps hold, and residents that may be put out, least
 * recently used first, when a claim does not fit. Claims are granted in the order they were made. What is claimed is
 * never more than the capacity, and is claimed before it is taken.
 */
export class DeviceMemory {
  readonly device: Device;
  readonly #residents = new Set<Resident>();
  /** What is being put out, by whoever: its bytes are not free until it is gone. */
  readonly #leaving = new Map<Promise<void>, number>();
  readonly #claims: Claim[] = [];
  /** Bytes that are never exceeded, whatever is free. */
  readonly #limit: number;
  readonly #measure: MeasureCapacity | undefined;
  #leased = 0;
  #capacity: number;
  #peak = 0;
  #settling = false;
  #again = false;

  /** `limit` in bytes; Infinity where only what is measured counts. */
  constructor(device: Device, limit: number, measure?: MeasureCapacity) {
    this.device = device;
    this.#limit = limit;
    this.#capacity = limit;
    this.#measure = measure;
  }

  /** As last measured. */
  get capacity(): number {
    return this.#capacity;
  }

  /** Bytes claimed by leases and residents, those that are being put out included. */
  get used(): number {
    return this.#leased + sum(this.#residents) + this.#leavingBytes;
  }

  /** The most that was ever claimed at a time. */
  get peak(): number {
    return this.#peak;
  }

  /** Bytes that a lease could be given at once, idle residents put out. */
  async room(): Promise<number> {
    await this.#look();
    const busy = [...this.#residents].filter((resident) => resident.busy);
    return Math.max(0, this.#capacity - this.#leased - sum(busy));
  }

  /** Waits until the bytes are free. Throws `out-of-memory` when they never can be. */
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

  /** Puts out everything that is idle: memory ran out though there should have been enough. */
  async evictIdle(): Promise<void> {
    await this.#evict(() => true);
  }

  /** In place of the lease that it was loaded under, in the same turn. */
  add(resident: Resident, lease: Lease): void {
    this.#residents.add(resident);
    lease[Symbol.dispose]();
    this.#peak = Math.max(this.#peak, this.used);
  }

  remove(resident: Resident): void {
    this.#residents.delete(resident);
    this.changed();
  }

  /** Something became free, idle, or changed its size: waiting claims are looked at again. */
  changed(): void {
    this.#again = true;
    if (this.#settling) return;
    this.#settling = true;
    void this.#settleAll();
  }

  /** Least recently used first, as long as it is needed and something is idle. */
  async #evict(needed: () => boolean): Promise<void> {
    while (needed()) {
      // What leaves already may be enough.
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
    // What cannot be put out in order is no reason for others to wait for ever.
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

  /** Until nothing has changed since the last look. */
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
      // It may have been given up meanwhile.
      if (this.#claims[0] !== claim) continue;
      const fits = this.used + bytes <= this.#capacity;
      // Whoever holds the rest gives it back some time. Others on the machine may not.
      if (!fits && this.used > 0) return;
      this.#claims.shift();
      if (fits) {
        this.#leased += bytes;
        this.#peak = Math.max(this.#peak, this.used);
        claim.grant();
      } else claim.refuse(this.#tooMuch(bytes));
    }
  }

  /** Measures, unless what leases have claimed may be taken in part: then it cannot be told what is ours. */
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
