import { GraphError, type DatabaseQuery, type DatabaseRows, type Databases } from '@graft/graph';
import type { RemoteAccess } from '../access/index.ts';
import { Redactor } from '../remote/redactor.ts';
import { ReadingSession, refusalError, SessionRefusal } from './reading-session.ts';

type Addresses = Pick<RemoteAccess, 'databaseAddress' | 'databaseIdentity'>;

/** Postgres, one connection for each query. */
export class PostgresDatabases implements Databases {
  readonly #access: () => Promise<Addresses>;

  constructor(access: () => Promise<Addresses>) {
    this.#access = access;
  }

  async *rows(
    { secret, identity }: { readonly secret: string; readonly identity: string },
    { text, values, seconds, signal }: DatabaseQuery,
  ): AsyncGenerator<DatabaseRows> {
    const access = await this.#access();
    const address = access.databaseAddress(secret);
    if (access.databaseIdentity(secret) !== identity) throw changed(secret);
    signal.throwIfAborted();
    await using session = new ReadingSession(address, { seconds, signal });
    try {
      await session.open(text, values);
      for (let done = false; !done;) {
        const next = await session.next();
        yield { columns: next.columns, rows: next.rows };
        ({ done } = next);
      }
    } catch (error) {
      signal.throwIfAborted();
      throw databaseError(error, { secret, seconds, address });
    }
  }
}

function changed(secret: string): GraphError {
  return new GraphError(
    'input-changed',
    `The secret ${secret} changed while the step used it. Run again.`,
  );
}

/** SQLSTATE and client codes, by who must act. */
function databaseError(
  error: unknown,
  {
    secret,
    seconds,
    address,
  }: { readonly secret: string; readonly seconds: number; readonly address: URL },
): Error {
  if (error instanceof GraphError) return error;
  if (error instanceof SessionRefusal) return refusalError(error.reason, { secret, seconds });
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const raw = error instanceof Error ? error.message : String(error);
  const hidden = [address.href, decodeURIComponent(address.password)];
  const redacted = hidden.reduce(
    (text, value) => new Redactor({ name: secret, value }).text(text),
    raw,
  );
  switch (code) {
    case '28P01':
    case '28000':
      return unavailable(
        `The database refuses the name or password of ${secret}. Correct GRAFT_SECRET_${secret} in your settings.`,
      );
    case '3D000':
      return unavailable(
        `The server of ${secret} does not have this database: ${redacted}. Correct the address in your settings.`,
      );
    case 'CONNECT_TIMEOUT':
      return refusalError('silent', { secret, seconds });
    case '57014':
      return refusalError('slow', { secret, seconds });
    case '55P03':
    case '40001':
    case '40P01':
      return unavailable(`Another session has locked the tables (${redacted}). Run again later.`);
    case '25001':
    case '25006':
      return refused(
        `The query writes to the database (${redacted}). Graft runs only queries that read.`,
      );
    default:
      return /^[0-9A-Z]{5}$/.test(code)
        ? refused(`The database refuses the query: ${redacted}. Correct the query.`)
        : unavailable(
            `Graft cannot reach the database of ${secret} (${code === '' ? redacted : code}). Check that it runs, and the address in your settings.`,
          );
  }
}

function unavailable(message: string): GraphError {
  return new GraphError('unavailable', message, { audience: 'operator' });
}
function refused(message: string): GraphError {
  return new GraphError('bad-param', message, { location: { param: 'query' } });
}
