import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { type DatabaseRows, type DatabaseValue, GraphError } from '@graft/graph';
import postgres from 'postgres';
import { plainTypes } from './plain-types.ts';

/** Rows that are fetched at first, and at most. */
const firstRows = 10;
const mostRows = 500;
/** Bytes of rows to fetch at a time, judged by the rows before. */
const wantedBytes = 2 * 1024 * 1024;
/** Bytes of one answer after which the connection is cut: rows may turn out longer than those before them. */
const mostBytes = 128 * 1024 * 1024;
/** Milliseconds between two looks at what has come. */
const lookEvery = 20;
/** Milliseconds: of a connection until it may be used; past the time of a query until its server counts as silent; to stop a query, and to hang up, each. */
const longest = { greeting: 15_000, beyond: 5000, stopping: 800 };

/** By the extended protocol, which takes a single statement, also without values. The library's types do not know the option. */
const singleStatement = { prepare: false, simple: false };

/**
 * What a session begins with, inside of its transaction: settings that neither the server, the role nor a pooler may have
 * otherwise, and whether whoever is logged in may read or write files of the server, or run programs there, since a
 * transaction that can only read keeps nobody from that. Superusers are members of every role. The last one has a server
 * look whether anybody still waits, where it can.
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
  /** The query takes longer than it may. */
  | 'slow'
  | 'too-large'
  | 'mighty'
  /** The transaction could write. */
  | 'writable';

/** Why a session ended that nothing else ended. */
export class SessionRefusal extends Error {
  readonly reason: Refusal;
  constructor(reason: Refusal) {
    super(reason);
    this.reason = reason;
  }
}

/** A connection of its own for one query, in a transaction that can only read; disposed, nothing of it is left at the server. */
export class ReadingSession implements AsyncDisposable {
  readonly #address: string;
  readonly #signal: AbortSignal;
  readonly #seconds: number;
  readonly #sockets = new Set<Socket>();
  readonly #sql: postgres.Sql;
  /** Milliseconds that the database may still work. */
  #left: number;
  /** Of the server's process, once it is known, and whether it works on something. */
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

  /** Opens the transaction, and the query in it. */
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

  /** The next rows, `done` after the last ones. */
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
    // Says goodbye, whereupon the server ends the transaction and hangs up.
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

  /** Lets the database work, as long as it may. */
  async #worked<Value>(work: () => Promise<Value>): Promise<Value> {
    if (this.#left <= 0) throw new SessionRefusal('slow');
    const began = performance.now();
    const elapsed = (): number => performance.now() - began;
    this.#working = true;
    try {
      const value = await this.#within(work, {
        milliseconds: this.#left + longest.beyond,
        // By its own clock the server would have ended a statement of its own accord.
        reason: () => (elapsed() > this.#seconds * 1000 ? 'silent' : 'slow'),
      });
      this.#working = false;
      return value;
    } catch (error) {
      // What the server has refused, it does not work on.
      if (error instanceof postgres.PostgresError) this.#working = false;
      throw error;
    } finally {
      this.#left -= elapsed();
    }
  }

  /** Waits for an answer, not longer than some time, nor for more than some bytes, nor where nobody waits any more. */
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

  /** Has the server stop: it would go on with a query that nobody waits for. */
  async #stopWork(): Promise<void> {
    const other = this.#connection();
    await soon(other.unsafe('select pg_catalog.pg_cancel_backend($1)', [String(this.#pid)]));
    void other.end({ timeout: 0 }).catch(() => undefined);
  }

  /** A connection at most, made when it is first used. It asks for no setting at its start, which poolers refuse or drop. */
  #connection(): postgres.Sql {
    let tried = 0;
    const options = {
      ...{ max: 1, prepare: false, fetch_types: false, connect_timeout: longest.greeting / 1000 },
      max_lifetime: null,
      onnotice: () => undefined,
      connection: { application_name: 'graft' },
      types: plainTypes,
      // Held, so that it can be cut, and what comes be measured. The library's types do not know the option.
      socket: ({ host, port, path }: Way): Socket => {
        const at = tried++ % host.length;
        const [name, number] = [host[at] ?? '', port[at] ?? 5432];
        const socket = typeof path === 'string' ? connect(path) : connect(number, name);
        this.#sockets.add(socket);
        // Of whom a certificate is asked for.
        return Object.assign(socket, { host: name });
      },
    };
    return postgres(this.#address, options);
  }
}

/** Waits for something, whatever becomes of it, but not long. */
async function soon(waited: Promise<unknown>): Promise<void> {
  let clock: NodeJS.Timeout | undefined;
  const late = new Promise((resolve) => (clock = setTimeout(resolve, longest.stopping)));
  await Promise.race([waited.catch(() => undefined), late]);
  clearTimeout(clock);
}

/** What the library has made of an address. */
interface Way {
  readonly host: readonly string[];
  readonly port: readonly number[];
  readonly path: unknown;
}

/** A refusal as an error that says who has to do what. */
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
