import type { Database, Queries } from '@graft/prisma';

/** What the names of the leases of steps begin with; their cache key follows. */
const stepLeasePrefix = 'step/';

/** The lease of the step with this cache key. */
export const stepLeaseOf = (key: string): string => stepLeasePrefix + key;

export interface StepRecord {
  /** False if the step that a lease is of had no record when the lease was taken. */
  readonly mayBeRecorded: boolean;
}

interface Inserted {
  readonly name: string;
  readonly isRecorded: unknown;
}

/** Inserts the rows of leases that an owner takes. */
export class LeaseInsertion {
  readonly #database: Pick<Database, 'kind' | 'queries'>;
  readonly #owner: string;
  /** By number of names: building one takes longer than running it, and every step waits for one. */
  readonly #statements = new Map<number, ReturnType<typeof insertion>>();

  constructor(database: Pick<Database, 'kind' | 'queries'>, owner: string) {
    this.#database = database;
    this.#owner = owner;
  }

  /** Takes those that are free, which it returns by name. */
  async into(queries: Queries, names: readonly string[]): Promise<Map<string, StepRecord>> {
    if (names.length === 0) return new Map();
    const compiled = this.#statements.get(names.length) ?? insertion(queries, names.length);
    this.#statements.set(names.length, compiled);
    // In one order, so that no two processes wait for each other.
    const parameters = [...names].sort().flatMap((name) => [name, this.#owner, 0]);
    const { rows } = await queries.executeQuery<Inserted>({ ...compiled, parameters });
    const since = await this.#recordedSince(queries, rows);
    return new Map(
      rows.map(({ name, isRecorded }) => [
        name,
        { mayBeRecorded: Boolean(isRecorded) || since.has(name) },
      ]),
    );
  }

  /**
   * Of leases that were just taken, those of recorded steps. A statement of Postgres sees no record that was committed since
   * it began, even where it waited for that very transaction to give the lease back.
   */
  async #recordedSince(queries: Queries, rows: readonly Inserted[]): Promise<Set<string>> {
    const keys = rows.flatMap(({ name, isRecorded }) =>
      name.startsWith(stepLeasePrefix) && isRecorded !== true
        ? name.slice(stepLeasePrefix.length)
        : [],
    );
    if (this.#database.kind === 'sqlite' || keys.length === 0) return new Set();
    const records = await queries
      .selectFrom('Action')
      .select('key')
      .where('key', 'in', keys)
      .execute();
    return new Set(records.map(({ key }) => stepLeaseOf(key)));
  }
}

/** Takes as many leases as are free. Its parameters are, for each, its name, owner and beat. */
function insertion(queries: Queries, count: number) {
  return queries
    .insertInto('Lease')
    .values(Array.from({ length: count }, () => ({ name: '', owner: '', beat: 0 })))
    .onConflict((conflict) => conflict.doNothing())
    .returning((eb) => {
      const key = eb.fn<string>('substr', ['Lease.name', eb.lit(stepLeasePrefix.length + 1)]);
      const record = eb.selectFrom('Action').select('Action.key').where('Action.key', '=', key);
      return ['name', eb.exists(record).as('isRecorded')];
    })
    .compile();
}
