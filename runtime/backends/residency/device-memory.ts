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
}

/**
 * The ledger of one device's memory: leases that steps hold, and residents that may be put out, least
 * recently used first, when a claim does not fit. Claims are granted in the order they were made.
 */
export class DeviceMemory {
  readonly device: Device;
  readonly #residents = new Set<Resident>();
  readonly #claims: Claim[] = [];
  #leased = 0;
  #capacity: number;
  #settling = false;
  #again = false;

  /** `capacity` in bytes; Infinity where the driver does not tell. */
  constructor(device: Device, capacity: number) {
    this.device = device;
    this.#capacity = capacity;
  }

  get capacity(): number {
    return this.#capacity;
  }

  /** Bytes claimed by leases and residents. */
  get used(): number {
    let used = this.#leased;
    for (const resident of this.#residents) used += resident.bytes;
    return used;
  }

  /** Waits until the bytes are free. Throws `out-of-memory` when they never can be. */
  async lease(bytes: number, signal?: AbortSignal): Promise<Lease> {
    if (bytes > this.#capacity) {
      throw new GraphError(
        'out-of-memory',
        `${this.device.name} has ${this.#capacity} bytes, ${bytes} are needed; use a smaller model or batch`,
      );
    }
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

  /** Puts out what is idle until the bytes fit, or nothing idle is left. */
  async makeRoom(bytes: number): Promise<void> {
    while (this.used + bytes > this.#capacity) {
      const idle = [...this.#residents].filter((resident) => !resident.busy);
      const oldest = idle.sort((a, b) => a.lastUsed - b.lastUsed)[0];
      if (oldest === undefined) return;
      this.#residents.delete(oldest);
      await oldest.evict();
    }
  }

  add(resident: Resident): void {
    this.#residents.add(resident);
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

  #granted(bytes: number, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const claim: Claim = {
        bytes,
        grant: () => {
          signal?.removeEventListener('abort', giveUp);
          resolve();
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
      await this.makeRoom(claim.bytes);
      // It may have been given up meanwhile.
      if (this.#claims[0] !== claim) continue;
      if (this.used + claim.bytes > this.#capacity) return;
      this.#claims.shift();
      this.#leased += claim.bytes;
      claim.grant();
    }
  }
}
