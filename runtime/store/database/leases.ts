import { setTimeout as sleep } from 'node:timers/promises';
import { GraphError } from '@graft/graph';
import { BeatWatch, holderName, ownerFate, PendingWork, pidInName } from '@graft/kit';
import {
  inTransaction,
  type Database,
  type Heartbeat,
  type Queries,
  type Tables,
} from '@graft/prisma';
import { GroupCommit } from './group-commit.ts';
import type { Lease, LeaseOptions, LeaseOwner, TakenLease } from './lease.ts';
import { OwnChanges } from './own-changes.ts';
import { LeaseInsertion, stepLeaseOf, type StepRecord } from './lease-insertion.ts';

/** Milliseconds between two tries, at least and at most: chance keeps waiting processes out of step. */
const shortestPause = 30;
const longestPause = 80;

/** What the names of the leases of runs begin with. */
export const runLeasePrefix = 'run/';

/**
 * Milliseconds without a beat after which a process of this machine that lives, as far as the system tells, counts as
 * stopped. A database that nobody can write, or a full disk, keeps its beats away for longer than those of a process
 * elsewhere may be.
 */
const livingStillFor = 60_000;

/** Leases that an opening of this process could not give back before it was closed, by `holderOf`: anyone may take them. */
const abandoned = new Set<string>();

/** The database that holds the leases. `startHeartbeat` is called with the first. */
export type LeaseDatabase = Pick<Database, 'kind' | 'queries' | 'startHeartbeat'>;

export interface LeasesParts {
  /** Default: this process, with a name that no other opening has. */
  readonly owner?: string;
  readonly watch?: BeatWatch;
}

type LeaseRow = Tables['Lease'];

interface LeaseWrite {
  readonly kind: 'take' | 'release';
  readonly name: string;
  /** Set where the name was free. */
  taken?: StepRecord;
}

/**
 * The leases of one opening of the database. A name has one row; who inserts it owns the name, and its row's beat counts
 * up while the process runs. An owner whose process is gone, as far as it can be looked at from here, or whose beat
 * stands still, has lost the lease to whoever wants it next. Each write of an owner is checked in its transaction, so
 * that a process which was stopped meanwhile writes nothing more.
 */
export class Leases {
  /** As runs name it. */
  readonly owner: string;
  readonly #queries: Queries;
  readonly #database: LeaseDatabase;
  readonly #watch: BeatWatch;
  /** Steps take and release many at once. */
  readonly #writes = new GroupCommit<LeaseWrite>((writes) => this.#write(writes));
  readonly #insertion: LeaseInsertion;
  readonly #held = new Map<string, object>();
  /** Leases that could not be given back. */
  readonly #kept = new Set<string>();
  readonly #releases = new PendingWork();
  readonly #changes = new OwnChanges();
  #heartbeat: Heartbeat | undefined;

  constructor(database: LeaseDatabase, parts: LeasesParts = {}) {
    const { owner = holderName(), watch = new BeatWatch() } = parts;
    this.owner = owner;
    this.#database = database;
    this.#queries = database.queries;
    this.#insertion = new LeaseInsertion(database, this.owner);
    this.#watch = watch;
  }

  /** Waits for the lease. Throws the signal's reason, or `store-locked` when patience ends. */
  async take(name: string, options: LeaseOptions = {}): Promise<TakenLease> {
    const { signal, patience = Infinity, waiting, busy, evenIfFull = false } = options;
    const deadline = performance.now() + patience;
    for (let waits = false; ; waits = true) {
      signal?.throwIfAborted();
      const outcome = await (evenIfFull ? this.#tryTakeIfRoom(name) : this.#tryTake(name));
      if (outcome === undefined) return this.#leaseWithoutRow(name);
      if (typeof outcome === 'object') return outcome;
      if (performance.now() > deadline) {
        const message = busy?.(outcome) ?? `The process ${String(outcome)} has ${name}.`;
        throw new GraphError('store-locked', message, { audience: 'operator' });
      }
      if (!waits) waiting?.(outcome);
      const pause = shortestPause + Math.random() * (longestPause - shortestPause);
      await sleep(pause, undefined, signal === undefined ? {} : { signal });
    }
  }

  /** Runs `work` while this process has the lease. */
  async with<T>(
    name: string,
    options: LeaseOptions,
    work: (lease: Lease) => Promise<T>,
  ): Promise<T> {
    await using lease = await this.take(name, options);
    return await work(lease);
  }

  /** A cache key, so that no two processes compute the same at once. */
  claim(key: string, options: Pick<LeaseOptions, 'signal' | 'waiting'>): Promise<TakenLease> {
    return this.take(stepLeaseOf(key), { ...options, evenIfFull: true });
  }

  /** The lease, or the pid of its owner. */
  tryTake(name: string): Promise<Lease | number> {
    return this.#tryTake(name);
  }

  /** Takes a lease that nobody has, with the rows of what it is of. Again after a lost answer, it may be taken. */
  async takeWithin(tx: Queries, name: string): Promise<void> {
    if ((await this.#insertion.into(tx, [name])).size === 0) {
      const row = await tx
        .selectFrom('Lease')
        .select('owner')
        .where('name', '=', name)
        .executeTakeFirst();
      if (row?.owner !== this.owner) throw lost();
    }
    this.#hold(name);
  }

  /**
   * Throws `store-locked` where this process had one of the leases and has lost it. Nobody takes one over before `tx` ends;
   * the heartbeat goes on.
   */
  async checkWithin(tx: Queries, names: readonly string[]): Promise<void> {
    const held = [...new Set(names)].filter((name) => this.#held.has(name));
    if (held.length === 0) return;
    const rows = await tx
      .selectFrom('Lease')
      .select('name')
      .where('name', 'in', held)
      .where('owner', '=', this.owner)
      .forKeyShare()
      .execute();
    if (rows.length < held.length) throw lost();
  }

  /** `checkWithin` and `releaseWithin` of one lease, in one statement. */
  async endWithin(tx: Queries, name: string): Promise<() => void> {
    const holder = this.#held.get(name);
    if (holder === undefined) return () => undefined;
    const { numDeletedRows } = await this.#deletion(tx, [name]).executeTakeFirst();
    if (numDeletedRows === 0n) throw lost();
    return () => {
      if (this.#isHeld(name, holder)) this.#letGo(name);
    };
  }

  /** Gives back those of the leases that this process has, as `tx` commits. Call what it returns once that is done. */
  async releaseWithin(tx: Queries, names: readonly string[]): Promise<() => void> {
    const holders = new Map(names.map((name) => [name, this.#held.get(name)]));
    const held = names.filter((name) => holders.get(name) !== undefined);
    if (held.length > 0) await this.#deletion(tx, held).execute();
    return () => {
      // Somebody else here may have taken it again.
      for (const name of held) if (this.#isHeld(name, holders.get(name))) this.#letGo(name);
    };
  }

  /** Whether processes of other machines may have leases in this database. */
  get isShared(): boolean {
    return this.#database.kind !== 'sqlite';
  }

  /** A living owner of a lease whose name begins so, other than this process; undefined where there is none. */
  async ownerBelow(prefixes: readonly string[]): Promise<LeaseOwner | undefined> {
    const rows = await this.#queries.selectFrom('Lease').selectAll().orderBy('name').execute();
    const found = rows.find(
      (row) =>
        row.owner !== this.owner &&
        prefixes.some((prefix) => row.name.startsWith(prefix)) &&
        !this.#isGone(row),
    );
    if (found === undefined) return undefined;
    const isHere = ownerFate(found.owner) !== 'elsewhere';
    return { name: found.name, pid: pidInName(found.owner) ?? 0, isHere };
  }

  /** The owners of leases whose names begin so, by name, if they live; this process is among them. */
  async living(prefix: string): Promise<ReadonlyMap<string, string>> {
    const rows = await this.#queries
      .selectFrom('Lease')
      .selectAll()
      .where('name', 'like', `${prefix}%`)
      .execute();
    return new Map(
      rows.filter((row) => !this.#isGone(row)).map(({ name, owner }) => [name, owner]),
    );
  }

  /** Whether the owner of a lease lives; undefined where nobody took it. */
  async isOwned(name: string): Promise<boolean | undefined> {
    const row = await this.#rowOf(name);
    return row === undefined ? undefined : !this.#isGone(row);
  }

  /**
   * Deletes the leases of owners that are gone, and those that could not be given back. To be called every few seconds:
   * what it reads of the others' beats tells later whether they stand still.
   */
  async sweep(): Promise<void> {
    for (const name of this.#kept) await this.#giveBack(name);
    const rows = await this.#queries.selectFrom('Lease').selectAll().execute();
    this.#watch.keepOnly(new Set(rows.map(holderOf)));
    for (const row of rows) {
      // A run is ended by whoever takes its lease over, which would not find one that is deleted.
      if (row.name.startsWith(runLeasePrefix) || !this.#isGone(row)) continue;
      await this.#queries
        .deleteFrom('Lease')
        .where('name', '=', row.name)
        .where('owner', '=', row.owner)
        .where('beat', '=', row.beat)
        .execute();
    }
  }

  /** Once all that was to be given back is, or was tried. */
  async close(): Promise<void> {
    await this.#releases.settled();
    const kept = [...this.#kept];
    try {
      // In one statement: on a database that another program has locked, each would wait for seconds.
      await this.#writes.write(kept.map((name) => ({ kind: 'release', name })));
    } catch {
      for (const name of kept) abandoned.add(holderOf({ name, owner: this.owner }));
    }
    await this.#heartbeat?.stop();
  }

  async #tryTake(name: string): Promise<TakenLease | number> {
    const write: LeaseWrite = { kind: 'take', name };
    const end = this.#changes.begin(name);
    try {
      await this.#writes.write([write]);
      if (write.taken !== undefined) return this.#leaseOf(name, write.taken);
    } finally {
      end();
    }
    using read = this.#changes.read(name);
    const row = await this.#rowOf(name);
    // Given back in between.
    if (row === undefined) return this.#tryTake(name);
    if (!read.isOld && this.#isUnanswered(row)) return this.#leaseOf(name, { mayBeRecorded: true });
    if (!this.#isGone(row)) return pidInName(row.owner) ?? 0;
    const taken = await this.#takeOver(row);
    return taken ? this.#leaseOf(name, { mayBeRecorded: true }) : this.#tryTake(name);
  }

  /** False where the owner beats again, or another was first. */
  #takeOver({ name, owner, beat }: LeaseRow): Promise<boolean> {
    return inTransaction(this.#queries, async (tx) => {
      // Waits for transactions that have checked it: on Postgres an update alone would not.
      await tx.selectFrom('Lease').select('name').where('name', '=', name).forUpdate().execute();
      const { numUpdatedRows } = await tx
        .updateTable('Lease')
        .set({ owner: this.owner, beat: 0 })
        .where('name', '=', name)
        .where('owner', '=', owner)
        .where('beat', '=', beat)
        .executeTakeFirst();
      return numUpdatedRows > 0n;
    });
  }

  async #write(writes: readonly LeaseWrite[]): Promise<void> {
    const names = (kind: LeaseWrite['kind']): string[] =>
      writes.flatMap((write) => (write.kind === kind ? write.name : []));
    const released = names('release');
    if (released.length > 0) await this.#deletion(this.#queries, released).execute();
    const free = await this.#insertion.into(this.#queries, names('take'));
    for (const write of writes) {
      const taken = write.kind === 'take' ? free.get(write.name) : undefined;
      if (taken === undefined) continue;
      write.taken = taken;
      free.delete(write.name);
    }
  }

  #rowOf(name: string): Promise<LeaseRow | undefined> {
    return this.#queries
      .selectFrom('Lease')
      .selectAll()
      .where('name', '=', name)
      .executeTakeFirst();
  }

  #deletion(queries: Queries, names: readonly string[]) {
    return queries.deleteFrom('Lease').where('name', 'in', names).where('owner', '=', this.owner);
  }

  /** Whether this process took it and lost the answer. */
  #isUnanswered({ name, owner }: LeaseRow): boolean {
    const isKnown = this.#held.has(name) || this.#kept.has(name);
    return owner === this.owner && !isKnown;
  }

  #isGone(row: LeaseRow): boolean {
    if (row.owner === this.owner) return false;
    if (abandoned.has(holderOf(row))) return true;
    const fate = ownerFate(row.owner);
    if (fate === 'gone') return true;
    const stillFor = fate === 'lives' || fate === 'unsure' ? livingStillFor : undefined;
    return this.#watch.isStill(holderOf(row), row.beat, stillFor);
  }

  /** Whoever held the name before has lost it, or it could not be taken. */
  #hold(name: string): object {
    this.#heartbeat ??= this.#database.startHeartbeat(this.owner);
    const holder = {};
    this.#held.set(name, holder);
    this.#kept.delete(name);
    return holder;
  }

  #letGo(name: string): void {
    this.#held.delete(name);
    this.#changes.note(name);
  }

  #isHeld(name: string, holder: object | undefined): boolean {
    return this.#held.get(name) === holder;
  }

  #leaseOf(name: string, { mayBeRecorded }: StepRecord): TakenLease {
    const holder = this.#hold(name);
    const release = async (): Promise<void> => {
      if (!this.#isHeld(name, holder)) return;
      this.#letGo(name);
      const released = this.#giveBack(name);
      this.#releases.follow(released);
      await released;
    };
    return {
      mayBeRecorded,
      check: async () => {
        if (!this.#isHeld(name, holder)) throw lost();
        await this.checkWithin(this.#queries, [name]);
      },
      release,
      [Symbol.asyncDispose]: release,
    };
  }

  #tryTakeIfRoom(name: string): Promise<TakenLease | number | undefined> {
    return this.#tryTake(name).catch((error: unknown) => {
      if (error instanceof GraphError && error.code === 'no-space') return undefined;
      throw error;
    });
  }

  #leaseWithoutRow(name: string): TakenLease {
    let lease: Lease | undefined;
    const check = async (): Promise<void> => {
      if (lease !== undefined) return lease.check();
      const outcome = await this.#tryTakeIfRoom(name);
      if (typeof outcome === 'number') throw lost();
      lease = outcome;
    };
    const release = async (): Promise<void> => lease?.release();
    return { mayBeRecorded: true, check, release, [Symbol.asyncDispose]: release };
  }

  async #giveBack(name: string): Promise<void> {
    const end = this.#changes.begin(name);
    try {
      await this.#writes.write([{ kind: 'release', name }]);
      this.#kept.delete(name);
    } catch {
      // The disk is full, or another program has the database: nobody may wait for this one for as long as it lives.
      this.#kept.add(name);
    } finally {
      end();
    }
  }
}

const holderOf = ({ name, owner }: Pick<LeaseRow, 'name' | 'owner'>): string => `${name} ${owner}`;

function lost(): GraphError {
  return new GraphError(
    'store-locked',
    'This process was suspended for so long that another process took over its work. Run again: Graft reuses the finished results.',
    { audience: 'operator' },
  );
}
