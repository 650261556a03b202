import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import Libsql from 'libsql';
import { databaseError, isBusy } from './database-error.ts';

/** Milliseconds that an operation waits for another process to release the database. */
const busyTimeoutMs = 5_000;

export type SqlValue = number | string | bigint | Uint8Array | null;

export interface SqlRows {
  /** As objects. */
  readonly rows: unknown[];
  readonly changes: number;
}

/** A parameter of a query as one that SQLite takes. */
export function sqliteValue(value: unknown): SqlValue {
  if (value === null || value === undefined) return null;
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'string') {
    return value;
  }
  if (value instanceof Uint8Array) return value;
  throw new TypeError(`A query must not have a parameter of type ${typeof value}.`);
}

/** Longer texts are multi-row writes whose row counts hardly repeat. */
const cachedSqlLength = 2_000;
const cachedStatements = 128;

/**
 * One SQLite connection. Calls into it are synchronous and short; waiting for a lock is not: it polls, so
 * that a database locked by another process never blocks the event loop.
 *
 * Journal mode WAL: readers and one writer of several processes do not wait for each other. `synchronous`
 * is NORMAL: a commit survives a killed process at once, and a power cut after the next checkpoint. What a
 * power cut can take is the newest cache records and events, never the file's consistency; artifacts are
 * synced before the record that names them, so the loss costs recomputation only. FULL would add a disk
 * flush to every step for that.
 */
export class SqliteConnection {
  readonly path: string;
  readonly #database: Libsql.Database;
  readonly #statements = new Map<string, Libsql.Statement>();
  #tail: Promise<void> = Promise.resolve();

  /** Throws GraphError: `store-damaged`, `store-locked`, `no-space`. */
  static async open(path: string): Promise<SqliteConnection> {
    let database: Libsql.Database | undefined;
    try {
      const opened = new Libsql(isAtRest(path) ? `${pathToFileURL(path).href}?immutable=1` : path);
      database = opened;
      // Short native wait: longer ones block the event loop, so `poll` does the waiting.
      opened.exec('PRAGMA busy_timeout = 20');
      await poll(() => {
        const [mode] = opened.prepare('PRAGMA journal_mode').raw().all();
        if (!Array.isArray(mode) || mode[0] !== 'wal') opened.exec('PRAGMA journal_mode = WAL');
      });
      opened.exec(
        'PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -16000',
      );
      return new SqliteConnection(path, opened);
    } catch (error) {
      database?.close();
      throw databaseError(error, path);
    }
  }

  private constructor(path: string, database: Libsql.Database) {
    this.path = path;
    this.#database = database;
  }

  /** Takes the connection for a sequence of statements; the result releases it. */
  async acquire(): Promise<() => void> {
    const before = this.#tail;
    let release = (): void => {};
    this.#tail = new Promise((resolve) => {
      release = resolve;
    });
    await before;
    return release;
  }

  /** Runs one statement. The caller holds the connection. */
  async run(sql: string, args: readonly SqlValue[] = []): Promise<SqlRows> {
    try {
      return await poll(() => this.#runNow(sql, args));
    } catch (error) {
      if (isBusy(error)) this.#end(sql, args);
      throw databaseError(error, this.path);
    }
  }

  /** Runs statements separated by semicolons. The caller holds the connection. */
  async script(sql: string): Promise<void> {
    try {
      await poll(() => this.#database.exec(sql));
    } catch (error) {
      throw databaseError(error, this.path);
    }
  }

  get inTransaction(): boolean {
    return this.#database.inTransaction;
  }

  close(): void {
    if (!this.#database.open) return;
    this.#statements.clear();
    try {
      // Statements keep the native connection until they are collected, so closing does not write the log back.
      this.#database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    } catch {
      // Another process reads, or the disk is full: the log stays, and is as good.
    }
    this.#database.close();
  }

  #runNow(sql: string, args: readonly SqlValue[]): SqlRows {
    const statement = this.#prepare(sql);
    if (statement.reader) return { rows: statement.all(...args), changes: 0 };
    return { rows: [], changes: statement.run(...args).changes };
  }

  /**
   * Ends a statement that gave up waiting. SQLite keeps it open for another try, and refuses each COMMIT of the
   * connection meanwhile; libsql resets it only by running it. Where nothing may be written, that ends it at once.
   */
  #end(sql: string, args: readonly SqlValue[]): void {
    this.#database.exec('PRAGMA query_only = ON');
    try {
      this.#runNow(sql, args);
    } catch {
      // Refused: it is ended.
    } finally {
      this.#database.exec('PRAGMA query_only = OFF');
    }
  }

  #prepare(sql: string): Libsql.Statement {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const statement = this.#database.prepare(sql);
    if (sql.length <= cachedSqlLength) {
      const oldest = this.#statements.keys().next();
      if (this.#statements.size >= cachedStatements && oldest.done !== true) {
        this.#statements.delete(oldest.value);
      }
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}

/**
 * Whether a database can be read as a file that nobody changes: it stands in a folder where nothing can be made, not
 * even the file that its readers share; there is none, as there is while any process has it open; and its log holds
 * nothing.
 */
function isAtRest(path: string): boolean {
  const size = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size(path) === 0 || size(`${path}-wal`) > 0 || existsSync(`${path}-shm`)) return false;
  try {
    accessSync(dirname(path), constants.W_OK);
    return false;
  } catch {
    return true;
  }
}

/** Repeats an operation while another process holds the lock, up to `busyTimeoutMs`. */
async function poll<T>(operation: () => T): Promise<T> {
  const deadline = performance.now() + busyTimeoutMs;
  for (let pause = 2; ; pause = Math.min(pause * 2, 50)) {
    try {
      return operation();
    } catch (error) {
      if (!isBusy(error) || performance.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
}
