import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { type DatabaseRows, type DatabaseValue, GraphError } from '@graft/graph';
import postgres from 'postgres';
import { plainTypes } from './plain-types.ts';

/** Rows of the first fetch, and at most. */
const firstRows = 10;
const mostRows = 500;
/** Bytes of rows to fetch at a time, estimated from earlier rows. */
const wantedBytes = 2 * 1024 * 1024;
/** Bytes of one answer after which the session cuts the connection: rows may be longer than the ones before. */
const mostBytes = 128 * 1024 * 1024;
/** Milliseconds between two checks of received bytes. */
const lookEvery = 20;
/**
 * Milliseconds: to open a connection; beyond a query's time until the server counts as silent; to stop a query; to hang
 * up.
 */
const longest = { greeting: 15_000, beyond: 5000, stopping: 800 };

/**
 * Uses the extended protocol, which accepts only one statement, even without values. The library's types lack the
 * option.
 */
const singleStatement = { prepare: false, simple: false };

/**
 * First statement of the transaction. It fixes settings that server, role or pooler may have changed. It asks whether
 * the user may read or write server files or run programs there, because a read-only transaction does not prevent that;
 * superusers are members of every role. The last setting makes the server check, if it can, whether the client is still
 * connected.
 */
const beginning = (milliseconds: number): string => `select
  pg_catalog.set_config('statement_timeout', '${String(milliseconds)}', true),
  pg_catalog.set_config('timezone', 'UTC', true),
  pg_catalog.set_config('datestyle', 'ISO, YMD', true),
  pg_catalog.set_config('intervalstyle', 'postgres', true),
  pg_catalog.set_config('bytea_output', 'hex', true),
  pg_catalog.set_config('extra_float_digits', '1', true),
  pg_catalog.set_config('standard_conforming_strings', 'on', true),
  pg_catalog.set_config('cursor_tuple_fraction', '1', true),
  (select pg_catalog.set_config(name, '2000', true) from pg_catalog.pg_settings
    where name = 'client_connection_check_interval' and pg_catalog.version() like '%linux%'),
  pg_catalog.pg_backend_pid() as pid,
  pg_catalog.current_setting('transaction_read_only') = 'on' as readonly,
  (select coalesce(bool_or(pg_catalog.pg_has_role(session_user, oid, 'member')), false)
    or coalesce((select rolsuper from pg_catalog.pg_roles where rolname = session_user), false)
    from pg_catalog.pg_roles
    where rolname in ('pg_read_server_files', 'pg_write_server_files', 'pg_execute_server_program')) as mighty`;

export type Refusal =
  /** The server does not answer. */
  | 'silent'
  /** The query exceeds its time. */
  | 'slow'
  | 'too-large'
  | 'mighty'
  /** The transaction could write. */
  | 'writable';

/** Why this side ended a session. */
export class SessionRefusal extends Error {
  readonly reason: Refusal;
  constructor(reason: Refusal) {
    super(reason);
    this.reason = reason;
  }
}

/** A connection for one query, in a read-only transaction; disposal leaves nothing at the server. */
export class ReadingSession implements AsyncDisposable {
  readonly #address: string;
  readonly #signal: AbortSignal;
  readonly #seconds: number;
  readonly #sockets = new Set<Socket>();
  readonly #sql: postgres.Sql;
  /** Milliseconds of work that the database has left. */
  #left: number;
  /** Id of the server's process, once known, and whether it is working. */
  #pid: unknown;
  #working = false;
  #count = firstRows;

  constructor(
    address: URL,
    { seconds, signal }: { readonly seconds: number; readonly signal: AbortSignal },
  ) {
    this.#address = address.href;
    this.#signal = signal;
    this.#seconds = seconds;
    this.#left = seconds * 1000;
    this.#sql = this.#connection();
  }

  /** Opens the transaction and the query's cursor. */
  async open(text: string, values: readonly DatabaseValue[]): Promise<void> {
    const greeting = await this.#greeted(async () => {
      await this.#sql.unsafe('begin read only');
      const [first] = await this.#sql.unsafe(beginning(this.#seconds * 1000));
      return first;
    });
    this.#pid = greeting?.['pid'];
    if (greeting?.['readonly'] !== true) throw new SessionRefusal('writable');
    if (greeting['mighty'] !== false) throw new SessionRefusal('mighty');
    const opening = `declare graft_rows no scroll cursor for ${text}`;
    await this.#worked(() => this.#sql.unsafe(opening, [...values], singleStatement));
  }

  /** The next rows; `done` after the last ones. */
  async next(): Promise<DatabaseRows & { readonly done: boolean }> {
    const before = this.#bytes();
    const asked = this.#count;
    const fetching = `fetch forward ${String(asked)} from graft_rows`;
    const rows = await this.#worked(() => this.#sql.unsafe(fetching, [], singleStatement).values());
    const each = (this.#bytes() - before) / Math.max(1, rows.length);
    const fitting = Math.floor(wantedBytes / Math.max(1, each));
    this.#count = Math.max(1, Math.min(mostRows, fitting, this.#count * 8));
    const columns = rows.columns.map(({ name }) => name);
    return { columns, rows, done: rows.length < asked };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#working && this.#pid !== undefined) await this.#stopWork();
    // Closes the connection, upon which the server ends the transaction.
    await this.#sql.end({ timeout: 0 }).catch(() => undefined);
    const open = [...this.#sockets].filter(({ destroyed }) => !destroyed);
    await soon(Promise.all(open.map((socket) => once(socket, 'close'))));
    this.#cut();
  }

  #bytes(): number {
    let bytes = 0;
    for (const socket of this.#sockets) bytes += socket.bytesRead;
    return bytes;
  }

  #cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  #greeted<Value>(greeting: () => Promise<Value>): Promise<Value> {
    return this.#within(greeting, { milliseconds: longest.greeting, reason: () => 'silent' });
  }

  /** Lets the database work within its remaining time. */
  async #worked<Value>(work: () => Promise<Value>): Promise<Value> {
    if (this.#left <= 0) throw new SessionRefusal('slow');
    const began = performance.now();
    const elapsed = (): number => performance.now() - began;
    this.#working = true;
    try {
      const value = await this.#within(work, {
        milliseconds: this.#left + longest.beyond,
        // The server's own clock should have ended the statement by then.
        reason: () => (elapsed() > this.#seconds * 1000 ? 'silent' : 'slow'),
      });
      this.#working = false;
      return value;
    } catch (error) {
      // The server does not work on what it has refused.
      if (error instanceof postgres.PostgresError) this.#working = false;
      throw error;
    } finally {
      this.#left -= elapsed();
    }
  }

  /** Waits for an answer, within a time, a number of bytes, and until the signal aborts. */
  async #within<Value>(
    asking: () => Promise<Value>,
    { milliseconds, reason }: { readonly milliseconds: number; readonly reason: () => Refusal },
  ): Promise<Value> {
    this.#signal.throwIfAborted();
    const before = this.#bytes();
    let stop: () => void = () => undefined;
    const ended = new Promise<never>((_, reject) => {
      const abort = (): void => reject(this.#signal.reason);
      const clock = setTimeout(() => reject(new SessionRefusal(reason())), milliseconds);
      const look = setInterval(() => {
        if (this.#bytes() - before <= mostBytes) return;
        reject(new SessionRefusal('too-large'));
        this.#cut();
      }, lookEvery);
      this.#signal.addEventListener('abort', abort);
      stop = () => {
        clearTimeout(clock);
        clearInterval(look);
        this.#signal.removeEventListener('abort', abort);
      };
    });
    try {
      return await Promise.race([ended, asking()]);
    } finally {
      stop();
    }
  }

  /** Stops the server, which would go on with the abandoned query. */
  async #stopWork(): Promise<void> {
    const other = this.#connection();
    await soon(other.unsafe('select pg_catalog.pg_cancel_backend($1)', [String(this.#pid)]));
    void other.end({ timeout: 0 }).catch(() => undefined);
  }

  /**
   * At most one connection, opened on first use. It requests no settings at start, because poolers refuse or drop them.
   */
  #connection(): postgres.Sql {
    let tried = 0;
    const options = {
      ...{ max: 1, prepare: false, fetch_types: false, connect_timeout: longest.greeting / 1000 },
      max_lifetime: null,
      onnotice: () => undefined,
      connection: { application_name: 'graft' },
      types: plainTypes,
      // Kept, to cut the connection and count its bytes. The library's types lack the option.
      socket: ({ host, port, path }: Way): Socket => {
        const at = tried++ % host.length;
        const [name, number] = [host[at] ?? '', port[at] ?? 5432];
        const socket = typeof path === 'string' ? connect(path) : connect(number, name);
        this.#sockets.add(socket);
        // Host name that the certificate must match.
        return Object.assign(socket, { host: name });
      },
    };
    return postgres(this.#address, options);
  }
}

/** Waits briefly for a promise, whatever its outcome. */
async function soon(waited: Promise<unknown>): Promise<void> {
  let clock: NodeJS.Timeout | undefined;
  const late = new Promise((resolve) => (clock = setTimeout(resolve, longest.stopping)));
  await Promise.race([waited.catch(() => undefined), late]);
  clearTimeout(clock);
}

/** The library's reading of an address. */
interface Way {
  readonly host: readonly string[];
  readonly port: readonly number[];
  readonly path: unknown;
}

/** Turns a refusal into an error that says who must act. */
export function refusalError(
  reason: Refusal,
  { secret, seconds }: { readonly secret: string; readonly seconds: number },
): GraphError {
  const query = { location: { param: 'query' } };
  const operator = { audience: 'operator' as const };
  switch (reason) {
    case 'silent':
      return new GraphError(
        'unavailable',
        `The database of ${secret} does not answer. Check that it runs, and the address in your settings. Then run again.`,
        operator,
      );
    case 'slow':
      return new GraphError(
        'bad-param',
        `The query takes more than ${seconds} s. Simplify it, or raise the timeout.`,
        query,
      );
    case 'too-large':
      return new GraphError(
        'too-large',
        `Some rows of the query are too large: together they exceed 128 MiB. Select fewer columns, or parts of long columns, such as left(body, 100000).`,
        query,
      );
    case 'mighty':
      return new GraphError(
        'unavailable',
        `The role of ${secret} may read or write files on the database server, so a query could, too. Give Graft a role that may only read the tables it needs.`,
        operator,
      );
    case 'writable':
      return new GraphError(
        'unavailable',
        `The database of ${secret} does not offer read-only transactions, so Graft does not query it. Check what is between the database and Graft (a pooler?).`,
        operator,
      );
  }
}
