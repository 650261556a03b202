import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { PrismaClient, type Prisma } from './client/client.ts';
import { databaseError } from './database-error.ts';
import { migrate } from './migrations.ts';
import { migrations } from './migrations.gen.ts';
import { argument, sqliteAdapterFactory } from './sqlite-adapter.ts';
import { SqliteConnection } from './sqlite-connection.ts';

/** An open database. */
export interface Database extends AsyncDisposable {
  readonly path: string;
  readonly client: PrismaClient;
  /** Runs work on the client; what the database refuses becomes a GraphError with its reason. */
  attempt<T>(work: (client: PrismaClient) => Promise<T>): Promise<T>;
  /**
   * Runs statements in one transaction, without the client's overhead (0.2 ms a statement): for what every
   * step of a run writes.
   */
  transact(statements: readonly Prisma.Sql[]): Promise<void>;
  /** Rows of one query, as objects, without the client's overhead. Parse them: they are what SQLite holds. */
  rows(query: Prisma.Sql): Promise<Record<string, unknown>[]>;
  close(): Promise<void>;
}

/**
 * Opens the SQLite database at `path`, making it where there is none, and applies pending migrations.
 * Several processes may have it open. Throws GraphError: `store-locked` (another program holds it),
 * `store-damaged` (damaged, or no database of ours), `newer-format`, `no-space`, `unavailable`.
 *
 * Bundling with esbuild: mark `libsql` (a native binding, picked by platform) as external and bundle the
 * rest; the query compiler is WebAssembly inlined as base64 in a lazily imported module of the client.
 * For ESM output, `--splitting` keeps that module lazy. The client sets `globalThis.__dirname`.
 */
export async function openDatabase(path: string): Promise<Database> {
  try {
    await mkdir(dirname(path), { recursive: true });
  } catch (error) {
    throw databaseError(error, path);
  }
  const connection = await SqliteConnection.open(path);
  try {
    await migrate(connection, migrations);
  } catch (error) {
    connection.close();
    throw error;
  }
  const client = new PrismaClient({
    adapter: sqliteAdapterFactory(connection),
    // Waiting for another process's lock counts as time within the transaction.
    transactionOptions: { maxWait: 60_000, timeout: 60_000 },
  });
  const close = async (): Promise<void> => {
    await client.$disconnect();
    connection.close();
  };
  return {
    path,
    client,
    attempt: async (work) => {
      try {
        return await work(client);
      } catch (error) {
        const { failure } = connection;
        const wrapped =
          failure !== undefined &&
          error instanceof Error &&
          error.message.includes(failure.message);
        throw wrapped ? failure : databaseError(error, path);
      }
    },
    transact: (statements) =>
      connection.exclusively(async () => {
        await connection.run('BEGIN IMMEDIATE');
        try {
          for (const { sql, values } of statements) {
            await connection.run(
              sql,
              values.map((value) => argument(value)),
            );
          }
          await connection.run('COMMIT');
        } catch (error) {
          if (connection.inTransaction) await connection.run('ROLLBACK');
          throw error;
        }
      }),
    rows: async ({ sql, values }) => {
      const found = await connection.exclusively(() =>
        connection.run(
          sql,
          values.map((value) => argument(value)),
        ),
      );
      const names = found.columns.map(({ name }) => name);
      return found.rows.map((row) =>
        Object.fromEntries(names.map((name, index) => [name, row[index]])),
      );
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
