import type {
  ArgType,
  SqlDriverAdapter,
  SqlMigrationAwareDriverAdapterFactory,
  SqlQuery,
  SqlQueryable,
  SqlResultSet,
  Transaction,
} from '@prisma/driver-adapter-utils';
import { columnType } from './column-type.ts';
import { SqliteConnection, type SqlValue } from './sqlite-connection.ts';

// Why not @prisma/adapter-libsql, over the same binding: it opens a new connection after every transaction,
// without our PRAGMAs; its transactions start as readers, which fail at once (and cannot be waited for) when
// another process writes in between; and its import costs 110 ms of start-up for remote databases.

const identity = { provider: 'sqlite', adapterName: 'graft-sqlite' } as const;

/** A value of Prisma's as one that SQLite takes. */
export function argument(value: unknown, type?: ArgType): SqlValue {
  if (value === null || value === undefined) return null;
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (value instanceof Date) return value.toISOString().replace('Z', '+00:00');
  if (typeof value === 'string' && type?.scalarType === 'bigint') return BigInt(value);
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'string') {
    return value;
  }
  if (value instanceof Uint8Array) return value;
  throw new TypeError(`unsupported query argument: ${typeof value}`);
}

async function resultSet(connection: SqliteConnection, query: SqlQuery): Promise<SqlResultSet> {
  const args = query.args.map((value, index) => argument(value, query.argTypes[index]));
  const { columns, rows } = await connection.run(query.sql, args);
  return {
    columnNames: columns.map((column) => column.name),
    columnTypes: columns.map((column, index) => columnType(column.type, rows, index)),
    rows,
  };
}

async function changes(connection: SqliteConnection, query: SqlQuery): Promise<number> {
  const args = query.args.map((value, index) => argument(value, query.argTypes[index]));
  return (await connection.run(query.sql, args)).changes;
}

function transaction(connection: SqliteConnection, release: () => void): Transaction {
  const end = async (sql: string): Promise<void> => {
    try {
      if (connection.inTransaction) await connection.run(sql);
    } finally {
      release();
    }
  };
  return {
    ...identity,
    options: { usePhantomQuery: true },
    queryRaw: (query) => resultSet(connection, query),
    executeRaw: (query) => changes(connection, query),
    commit: () => end('COMMIT'),
    rollback: () => end('ROLLBACK'),
  };
}

function adapter(connection: SqliteConnection): SqlDriverAdapter {
  const queryable: SqlQueryable = {
    ...identity,
    queryRaw: (query) => connection.exclusively(() => resultSet(connection, query)),
    executeRaw: (query) => connection.exclusively(() => changes(connection, query)),
  };
  return {
    ...queryable,
    executeScript: (script) => connection.exclusively(() => connection.script(script)),
    getConnectionInfo: () => ({ maxBindValues: 32_766, supportsRelationJoins: false }),
    startTransaction: async () => {
      const release = await connection.acquire();
      try {
        // Every transaction of ours writes: take the write lock first, where waiting for it is possible.
        await connection.run('BEGIN IMMEDIATE');
      } catch (error) {
        release();
        throw error;
      }
      return transaction(connection, release);
    },
    dispose: async () => connection.close(),
  };
}

/** Prisma's driver over one open connection. A shadow database is an empty one in memory. */
export function sqliteAdapterFactory(
  connection: SqliteConnection,
): SqlMigrationAwareDriverAdapterFactory {
  return {
    ...identity,
    connect: async () => adapter(connection),
    connectToShadowDb: async () => adapter(await SqliteConnection.open(':memory:')),
  };
}
