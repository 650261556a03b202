import { GraphError, type DatabaseQuery, type Databases } from '@graft/graph';
import postgres from 'postgres';
import type { RemoteAccess } from '../access/index.ts';
import { Redactor } from '../remote/redactor.ts';

/** Rows that are fetched at a time. */
const slice = 500;
/** Seconds for which a server may leave a connection unanswered. */
const longestGreeting = 15;

/**
 * By the extended protocol, which takes a single statement, also without values; it is a transaction of its own, which can
 * only read, as the session says. The library's types do not know the option.
 */
const singleStatement = { prepare: false, simple: false };

/**
 * Whether whoever is logged in may read or write files of the server, or run programs there: a transaction that can only
 * read keeps nobody from that. Superusers are members of every role.
 */
const mightiness = `select coalesce(bool_or(pg_has_role(session_user, oid, 'member')), false)
  or coalesce((select rolsuper from pg_roles where rolname = session_user), false) as mighty from pg_roles
  where rolname in ('pg_read_server_files', 'pg_write_server_files', 'pg_execute_server_program')`;

/** Postgres, a connection a query. */
export class PostgresDatabases implements Databases {
  readonly #access: () => Promise<Pick<RemoteAccess, 'databaseAddress'>>;

  constructor(access: () => Promise<Pick<RemoteAccess, 'databaseAddress'>>) {
    this.#access = access;
  }

  async *rows(
    secret: string,
    { text, values, seconds, signal }: DatabaseQuery,
  ): AsyncGenerator<readonly Readonly<Record<string, unknown>>[]> {
    const address = (await this.#access()).databaseAddress(secret);
    signal.throwIfAborted();
    const sql = postgres(address.href, {
      ...{ max: 1, prepare: false, fetch_types: false, connect_timeout: longestGreeting },
      onnotice: () => undefined,
      connection: {
        application_name: 'graft',
        default_transaction_read_only: true,
        statement_timeout: seconds * 1000,
      },
    });
    const stop = (): void => void sql.end({ timeout: 0 });
    signal.addEventListener('abort', stop);
    try {
      const [role] = await sql.unsafe(mightiness);
      if (role?.['mighty'] !== false) throw mighty(secret);
      const query = sql.unsafe(text, [...values], singleStatement);
      for await (const rows of query.cursor(slice)) {
        signal.throwIfAborted();
        yield rows;
      }
    } catch (error) {
      signal.throwIfAborted();
      throw told(error, { secret, seconds, address });
    } finally {
      signal.removeEventListener('abort', stop);
      await sql.end({ timeout: 0 });
    }
  }
}

function mighty(secret: string): GraphError {
  return unavailable(
    `${secret} logs in as somebody who may read or write files of its server. A query could do so too: give Graft a role that may only read the tables that it needs.`,
  );
}

/** Codes of SQLSTATE and of the client that say who has to do what. */
function told(
  error: unknown,
  {
    secret,
    seconds,
    address,
  }: { readonly secret: string; readonly seconds: number; readonly address: URL },
): Error {
  if (error instanceof GraphError) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const raw = error instanceof Error ? error.message : String(error);
  const hidden = [address.href, decodeURIComponent(address.password)];
  const said = hidden.reduce(
    (text, value) => new Redactor({ name: secret, value }).text(text),
    raw,
  );
  switch (code) {
    case '28P01':
    case '28000':
      return unavailable(
        `The database does not take the name or password of ${secret}. Set GRAFT_SECRET_${secret} anew in your settings.`,
      );
    case '3D000':
      return unavailable(`The server of ${secret} has no such database: ${said}.`);
    case '57014':
      return refused(
        `The query takes longer than ${seconds} s. Make it smaller, or raise the timeout.`,
      );
    case '55P03':
    case '40001':
    case '40P01':
      return unavailable(
        `The tables are locked by somebody else (${said}). Run again when they are not.`,
      );
    case '25001':
    case '25006':
      return refused(`The query writes (${said}). Only queries that read are run.`);
    default:
      return /^[0-9A-Z]{5}$/.test(code)
        ? refused(`The database refuses the query: ${said}.`)
        : unavailable(
            `The database of ${secret} cannot be reached (${code === '' ? said : code}). Check that it runs, and the address in your settings.`,
          );
  }
}

function unavailable(message: string): GraphError {
  return new GraphError('unavailable', message, { audience: 'operator' });
}
function refused(message: string): GraphError {
  return new GraphError('bad-param', message, { location: { param: 'query' } });
}
