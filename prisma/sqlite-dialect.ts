import {
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type QueryResult,
} from 'kysely';
import { sqliteValue, type SqliteConnection } from './sqlite-connection.ts';

/**
 * Kysely's SQLite dialect over our connection. Its own driver would wait for another process's lock within
 * the call, which blocks the event loop, and would begin transactions as readers, which fail at once (and
 * cannot be waited for) when another process writes in between.
 */
export function sqliteDialect(connection: SqliteConnection): Dialect {
  return {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => new SqliteDriver(connection),
    createIntrospector: (queries) => new SqliteIntrospector(queries),
    createQueryCompiler: () => new UnlockedQueryCompiler(),
  };
}

/** Every transaction of ours holds the write lock from its beginning: no row needs one of its own (`FOR UPDATE`). */
class UnlockedQueryCompiler extends SqliteQueryCompiler {
  protected override visitSelectModifier(): void {
    // Nothing to write.
  }
}

class SqliteDriver implements Driver {
  readonly #connection: SqliteConnection;
  readonly #statements: DatabaseConnection;
  #release = (): void => undefined;

  constructor(connection: SqliteConnection) {
    this.#connection = connection;
    this.#statements = {
      executeQuery: <Row>(query: CompiledQuery) => execute<Row>(connection, query),
      streamQuery: () => {
        throw new Error('Rows are not streamed here: read them in pages.');
      },
    };
  }

  async init(): Promise<void> {
    // The connection is open already.
  }

  /** There is one connection: whoever has acquired it has it alone. */
  async acquireConnection(): Promise<DatabaseConnection> {
    this.#release = await this.#connection.acquire();
    return this.#statements;
  }

  async releaseConnection(): Promise<void> {
    this.#release();
  }

  /** Every transaction of ours writes: it takes the write lock first, where waiting for it is possible. */
  async beginTransaction(): Promise<void> {
    await this.#connection.run('BEGIN IMMEDIATE');
  }

  async commitTransaction(): Promise<void> {
    await this.#connection.run('COMMIT');
  }

  async rollbackTransaction(): Promise<void> {
    // SQLite has rolled back by itself where the disk was full.
    if (this.#connection.inTransaction) await this.#connection.run('ROLLBACK');
  }

  async destroy(): Promise<void> {
    this.#connection.close();
  }
}

async function execute<Row>(
  connection: SqliteConnection,
  { sql, parameters }: CompiledQuery,
): Promise<QueryResult<Row>> {
  const { rows, changes } = await connection.run(sql, parameters.map(sqliteValue));
  // What a query selects is known to Kysely, which made it from the tables' types; a driver cannot check it.
  return { rows: rows as Row[], numAffectedRows: BigInt(changes) };
}
