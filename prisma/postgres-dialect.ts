import {
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type QueryResult,
} from 'kysely';
import type { PostgresConnections, PostgresLink } from './postgres-connections.ts';
import { tryAgain } from './transactions.ts';

/**
 * Milliseconds that a transaction may wait for its own process. A process that was stopped within one would keep others
 * from taking its leases over for as long as it stands still; the server ends the transaction instead.
 */
const idleTransactionMs = 10_000;

/** Kysely's Postgres dialect over our connections, whose errors say what to do. */
export function postgresDialect(connections: PostgresConnections): Dialect {
  return {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new PostgresDriver(connections),
    createIntrospector: (queries) => new PostgresIntrospector(queries),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  };
}

class PostgresConnection implements DatabaseConnection {
  readonly #connections: PostgresConnections;
  link: PostgresLink;
  /** Whether a transaction is open, which a statement alone cannot repeat. */
  isTransaction = false;

  constructor(connections: PostgresConnections, link: PostgresLink) {
    this.#connections = connections;
    this.link = link;
  }

  async executeQuery<Row>({ sql, parameters }: CompiledQuery): Promise<QueryResult<Row>> {
    const query = () => this.link.query(sql, parameters.map(postgresValue));
    const { rows, rowCount } = await (this.isTransaction
      ? query()
      : tryAgain(query, () => this.#reconnect()));
    // What a query selects is known to Kysely, which made it from the tables' types; a driver cannot check it.
    return { rows: rows as Row[], numAffectedRows: BigInt(rowCount ?? 0) };
  }

  /** Waits for the server. */
  async #reconnect(): Promise<void> {
    this.link.release(true);
    this.link = noLink;
    this.link = await this.#connections.acquire();
  }

  streamQuery(): never {
    throw new Error('Rows are not streamed here: read them in pages.');
  }
}

/** Where no connection could be made. */
const noLink: PostgresLink = {
  query: () => Promise.reject(new Error('no connection')),
  script: () => Promise.reject(new Error('no connection')),
  release: () => undefined,
};

class PostgresDriver implements Driver {
  readonly #connections: PostgresConnections;

  constructor(connections: PostgresConnections) {
    this.#connections = connections;
  }

  async init(): Promise<void> {
    // The connections are open already.
  }

  async acquireConnection(): Promise<DatabaseConnection> {
    return new PostgresConnection(this.#connections, await this.#connections.acquire());
  }

  async releaseConnection({ link }: PostgresConnection): Promise<void> {
    link.release();
  }

  async beginTransaction(connection: PostgresConnection): Promise<void> {
    await connection.link.script(
      `BEGIN; SET LOCAL idle_in_transaction_session_timeout = ${String(idleTransactionMs)}`,
    );
    connection.isTransaction = true;
  }

  async commitTransaction(connection: PostgresConnection): Promise<void> {
    connection.isTransaction = false;
    await connection.link.script('COMMIT');
  }

  async rollbackTransaction(connection: PostgresConnection): Promise<void> {
    connection.isTransaction = false;
    // Where the connection is lost, so is the transaction.
    await connection.link.script('ROLLBACK').catch(() => undefined);
  }

  async destroy(): Promise<void> {
    await this.#connections.close();
  }
}

/** Text of Postgres has no NUL, which an error's message or a note may hold. */
function postgresValue(value: unknown): unknown {
  return typeof value === 'string' && value.includes('\0')
    ? value.replaceAll('\0', '\uFFFD')
    : value;
}
