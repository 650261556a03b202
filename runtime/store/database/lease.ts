import type { StepRecord } from './lease-insertion.ts';

/** A right that nobody else has at the same time, in this process or another. */
export interface Lease extends AsyncDisposable {
  /**
   * Throws `store-locked` where this process stood still for so long that another took the lease. To be called before
   * what only its owner may do to files; what goes to the database is checked in its transaction.
   */
  check(): Promise<void>;
  /** Never rejects: what the database refuses now is tried again. */
  release(): Promise<void>;
}

export interface TakenLease extends Lease, StepRecord {}

export interface LeaseOptions {
  /** Waiting ends at once when it aborts. */
  readonly signal?: AbortSignal;
  /** Milliseconds to wait for the owner; default: as long as it takes. */
  readonly patience?: number;
  /** Called once, when another owns it. */
  readonly waiting?: (pid: number) => void;
  /** Says who owns it, and what to do, when patience ends. */
  readonly busy?: (pid: number) => string;
  /** Goes on without where the disk has no room for a row; the first `check` that finds room takes it. Default: throws. */
  readonly evenIfFull?: boolean;
}

/** Who has a lease. */
export interface LeaseOwner {
  readonly name: string;
  readonly pid: number;
  /** Whether the process can be looked at from here. */
  readonly isHere: boolean;
}
