import { connect, createServer, type Socket } from 'node:net';
import { GraphError, type DatabaseQuery } from '@graft/graph';
import { noPostgres, startPostgres } from '@graft/kit/testing';
import postgres from 'postgres';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { RemoteAccess } from '../access/index.ts';
import { PostgresDatabases } from './postgres-databases.ts';

const started = await startPostgres();
afterAll(() => started?.stop());
/** The address of a superuser of a Postgres for tests, in which roles and a schema are made and dropped. */
const server = started?.address ?? '';
const password = 'p@ss:word/1';

interface Asked {
  readonly access: RemoteAccess;
  readonly databases: PostgresDatabases;
}
function databases(settings: Readonly<Record<string, string>>): Asked {
  const access = new RemoteAccess(settings);
  return { access, databases: new PostgresDatabases(() => Promise.resolve(access)) };
}
function shopAt(address: string): Asked {
  return databases({ GRAFT_SECRET_SHOP: address });
}
async function refusal(reading: Promise<unknown>): Promise<GraphError> {
  const error: unknown = await reading.catch((thrown: unknown) => thrown);
  if (!(error instanceof GraphError)) throw new Error('not refused', { cause: error });
  return error;
}
async function rowsOf(
  { access, databases }: Asked,
  text: string,
  more: Partial<DatabaseQuery> = {},
): Promise<Readonly<Record<string, unknown>>[]> {
  const { signal } = new AbortController();
  const secret = 'SHOP';
  const database = { secret, identity: access.databaseIdentity(secret) };
  const all = [];
  const query = { text, values: [], seconds: 5, signal, ...more };
  for await (const { columns, rows } of databases.rows(database, query)) {
    for (const row of rows) all.push(Object.fromEntries(columns.map((name, i) => [name, row[i]])));
  }
  return all;
}

async function all<Value>(values: AsyncIterable<Value>): Promise<Value[]> {
  const gathered = [];
  for await (const value of values) gathered.push(value);
  return gathered;
}

/** What comes at a time: columns, and how many rows. */
async function* columnsOf({ access, databases }: Asked, text: string, values: number[] = []) {
  const { signal } = new AbortController();
  const database = { secret: 'SHOP', identity: access.databaseIdentity('SHOP') };
  const query = { text, values, seconds: 20, signal };
  for await (const { columns, rows } of databases.rows(database, query)) {
    yield { columns, rows: rows.length };
  }
}

/** The first message of a connection without what poolers drop of it: all but who wants which database. */
function plainGreeting(message: Buffer): Buffer {
  const words = message.toString('latin1', 8).split('\0');
  const kept = words.flatMap((name, i) =>
    i % 2 === 0 && ['user', 'database'].includes(name) ? [name, words[i + 1] ?? ''] : [],
  );
  const rest = Buffer.from([...kept, '', ''].join('\0'), 'latin1');
  const head = Buffer.from(message.subarray(0, 8));
  head.writeInt32BE(8 + rest.length);
  return Buffer.concat([head, rest]);
}

/** A server that takes connections and says nothing, or passes on what another says until it is told to stop, as poolers do. */
async function between(target?: URL) {
  const sockets = new Set<Socket>();
  const { port, hostname } = target ?? {};
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => undefined));
    if (hostname === undefined) return;
    const other = connect(Number(port), hostname).on('error', () => undefined);
    sockets.add(other);
    socket.once('data', (greeting: Buffer) => {
      other.write(plainGreeting(greeting));
      socket.pipe(other).pipe(socket);
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const at = server.address();
  if (at === null || typeof at === 'string') throw new Error('no port');
  return {
    port: at.port,
    /** As if the network were gone: nobody hears that anybody hung up. */
    silence: () => {
      for (const socket of sockets) socket.unpipe();
    },
    /** As if the client had been killed. */
    cut: () => {
      for (const socket of sockets) socket.destroy();
    },
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((done) => server.close(done));
    },
  };
}

/** Ends real waiting: advances clocks until a promise settles. */
async function soon<Value>(waited: Promise<Value>): Promise<Value> {
  let settled = false;
  const settle = (): void => void (settled = true);
  waited.then(settle, settle);
  while (!settled) {
    await new Promise((done) => setImmediate(done));
    await vi.advanceTimersByTimeAsync(100);
  }
  return waited;
}
afterEach(() => {
  vi.useRealTimers();
});

describe('an address', () => {
  it.each([
    ['', /The secret SHOP is not set/],
    ['sk-0123456789', /is not the address of a database/],
    ['https://me:sk-0123456789@host/db', /is not the address of a database/],
    ['postgres://me:sk-%zz0123456789@host/db', /is not the address of a database/],
  ])('that is none is not repeated: %s', async (value, message) => {
    const error = await refusal(rowsOf(shopAt(value), 'select 1'));
    expect(error).toMatchObject({ code: 'unavailable', audience: 'operator' });
    expect(error.message).toMatch(message);
    expect(error.message).not.toContain('0123456789');
  });

  it('with nobody behind it is said', async () => {
    const address = 'postgres://me:sk-0123456789@127.0.0.1:1/db';
    const error = await refusal(rowsOf(shopAt(address), 'select 1'));
    expect(error.message).toMatch(/Graft cannot reach the database of SHOP \(ECONNREFUSED\)/);
  });

  it('with somebody behind it who never answers is given up', async () => {
    await using silent = await between();
    const shop = shopAt(`postgres://me:sk-0123456789@127.0.0.1:${silent.port}/db`);
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] });
    const error = await soon(refusal(rowsOf(shop, 'select 1')));
    expect(error).toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('not answer'),
    });
  });

  it('that is another by now is not asked', async () => {
    const { access, databases } = shopAt('postgres://me:sk-0123456789@127.0.0.1:1/db');
    const moved = {
      access: new RemoteAccess({ GRAFT_SECRET_SHOP: 'postgres://a@b/c' }),
      databases,
    };
    expect(moved.access).not.toBe(access);
    expect(await refusal(rowsOf(moved, 'select 1'))).toMatchObject({ code: 'input-changed' });
  });
});

describe.skipIf(server === '')(server === '' ? `Postgres (${noPostgres})` : 'Postgres', () => {
  let owner: postgres.Sql;
  let shop: Asked;
  const addressOf = (name: string, word: string): string => {
    const url = new URL(server);
    url.username = name;
    url.password = encodeURIComponent(word);
    return url.href;
  };

  beforeAll(async () => {
    owner = postgres(server, { max: 1, onnotice: () => undefined });
    await owner.unsafe(`drop schema if exists graft_test cascade; drop role if exists graft_reader;
      create role graft_reader login password '${password}';
      create schema graft_test; grant usage, create on schema graft_test to graft_reader;
      create table graft_test.articles as select i as id, 'row ' || i as body,
        timestamptz '2026-01-01 00:00:00Z' as at, 9007199254740993 as big from generate_series(1, 2000) i;
      grant all on graft_test.articles to graft_reader;
      create table graft_test.hidden as select 1 as id;
      create function graft_test.writing() returns int language sql as
        'delete from graft_test.articles returning 1';
      grant execute on function graft_test.writing() to graft_reader;`);
    shop = shopAt(addressOf('graft_reader', password));
  });
  afterAll(async () => {
    await owner.unsafe('drop schema graft_test cascade; drop role graft_reader');
    await owner.end();
  });

  it('gives rows, for the values that are given', async () => {
    const rows = await rowsOf(shop, 'select * from graft_test.articles order by id');
    expect(rows).toHaveLength(2000);
    expect(rows[0]).toEqual({
      ...{ id: 1, body: 'row 1', at: '2026-01-01T00:00:00Z', big: '9007199254740993' },
    });
    const text = 'select id from graft_test.articles where id > $1 and body <> $2 order by id';
    for (const first of [1998, '1998']) {
      expect(await rowsOf(shop, text, { values: [first, 'row 1999'] })).toEqual([{ id: 2000 }]);
    }
  });

  it.each([
    ['delete from graft_test.articles returning id', /syntax error/],
    [
      'with d as (delete from graft_test.articles returning id) select * from d',
      /must not contain data-modifying statements/,
    ],
    ['select * into graft_test.more from graft_test.articles', /not allowed|must not/],
    ['select graft_test.writing()', /writes|read-only/],
    ['create table graft_test.more (id int)', /syntax error/],
    ['select 1; select 2', /multiple commands/],
    ['select 1; commit; delete from graft_test.articles', /multiple commands/],
    ["select set_config('transaction_read_only', 'off', false)", /writes/],
    ["select pg_read_file('/etc/passwd')", /permission denied/],
    ["copy graft_test.articles to program 'id'", /syntax error/],
    ["copy (select 1) to '/tmp/graft-test-copy'", /syntax error/],
    ['select * from graft_test.hidden', /permission denied/],
    ['select nothing from graft_test.articles', /column "nothing" does not exist/],
  ])('refuses, whoever let it through: %s', async (text, message) => {
    const error = await refusal(rowsOf(shop, text));
    expect(error.message).toMatch(message);
    expect(await rowsOf(shop, 'select count(*)::int as n from graft_test.articles')).toEqual([
      { n: 2000 },
    ]);
  });

  it('waits no longer than it is told, for work and for locks', async () => {
    const slow = 'select count(*) from generate_series(1, 1000000000)';
    expect((await refusal(rowsOf(shop, slow, { seconds: 1 }))).message).toMatch(/more than 1 s/);
    await owner.begin(async (locking) => {
      await locking.unsafe('lock table graft_test.articles in access exclusive mode');
      const waiting = rowsOf(shop, 'select id from graft_test.articles', { seconds: 1 });
      expect((await refusal(waiting)).message).toMatch(/more than 1 s/);
    });
  });

  const slow = 'select count(*) from generate_series(1, 1000000000)';
  /** Waits until the server works on so many such queries. */
  const atWork = async (count: number): Promise<void> => {
    const looking = `select count(*)::int as n from pg_stat_activity
        where usename = 'graft_reader' and state <> 'idle' and pid <> pg_backend_pid()`;
    await expect.poll(async () => (await owner.unsafe(looking))[0]?.['n']).toBe(count);
  };

  it('stops when nobody waits any more, and so does the server', async () => {
    const controller = new AbortController();
    const { signal } = controller;
    const reading = expect(rowsOf(shop, slow, { seconds: 60, signal })).rejects.toThrow('enough');
    await atWork(1);
    controller.abort(new Error('enough'));
    await reading;
    await atWork(0);
  });

  it('stops at the server, too, when Graft is killed', async () => {
    const address = new URL(addressOf('graft_reader', password));
    await using middle = await between(address);
    address.port = String(middle.port);
    const reading = refusal(rowsOf(shopAt(address.href), slow, { seconds: 60 }));
    await atWork(1);
    middle.cut();
    await reading;
    await atWork(0);
  });

  it('is given up when it falls silent', async () => {
    const address = new URL(addressOf('graft_reader', password));
    await using middle = await between(address);
    address.port = String(middle.port);
    const reading = refusal(rowsOf(shopAt(address.href), slow, { seconds: 1 }));
    await atWork(1);
    middle.silence();
    expect((await reading).message).toMatch(/does not answer/);
  });

  it('can only read, also where a pooler drops what is asked for at the start', async () => {
    const address = new URL(addressOf('graft_reader', password));
    await using pooler = await between(address);
    address.port = String(pooler.port);
    const pooled = shopAt(address.href);
    const writing = await refusal(rowsOf(pooled, 'select graft_test.writing()'));
    expect(writing.message).toMatch(/writes/);
    const asking =
      "select current_setting('transaction_read_only') as r, current_setting('statement_timeout') as t";
    expect(await rowsOf(pooled, asking)).toEqual([{ r: 'on', t: '5s' }]);
  });

  it('has the same times whatever the zones of the server and of the machine are', async () => {
    const zone = process.env['TZ'];
    process.env['TZ'] = 'Asia/Tokyo';
    await owner.unsafe("alter role graft_reader set timezone = 'America/New_York'");
    await owner.unsafe("alter role graft_reader set datestyle = 'SQL, DMY'");
    try {
      const text = `select timestamp '2026-03-08 02:30:00.123456' as plain, date '2026-03-08' as day,
          timestamptz '2026-03-08 12:00:00+09' as zoned, timestamptz 'infinity' as never,
          $1::timestamp = '2026-03-08 02:30' as same, $2::boolean as yes, $3::json as j`;
      const values = ['2026-03-08 02:30', 'true', '{"a":1}'];
      expect(await rowsOf(shop, text, { values })).toEqual([
        {
          ...{ plain: '2026-03-08T02:30:00.123456', day: '2026-03-08' },
          ...{ zoned: '2026-03-08T03:00:00Z', never: 'infinity', same: true, yes: true },
          j: { a: 1 },
        },
      ]);
    } finally {
      if (zone === undefined) delete process.env['TZ'];
      else process.env['TZ'] = zone;
      await owner.unsafe('alter role graft_reader reset all');
    }
  });

  it('gives the columns of no rows, and two of one name', async () => {
    const sameName = await all(columnsOf(shop, 'select 1 as a, 2 as a'));
    expect(sameName).toEqual([{ columns: ['a', 'a'], rows: 1 }]);
    const none = await all(columnsOf(shop, 'select 1 as a where false'));
    expect(none).toEqual([{ columns: ['a'], rows: 0 }]);
  });

  it('fetches so many rows as fit, and cuts the connection where they do not', async () => {
    const large = "select repeat('x', $1::int) as body from generate_series(1, 20)";
    const slices = await all(columnsOf(shop, large, [1_000_000]));
    expect(slices.map(({ rows }) => rows).slice(0, 4)).toEqual([10, 2, 2, 2]);
    const growing = `select repeat('x', case when i > 90 then 2000000 else 10 end) as body
        from generate_series(1, 600) i`;
    const error = await refusal(rowsOf(shop, growing, { seconds: 60 }));
    expect(error).toMatchObject({ code: 'too-large' });
    await atWork(0);
  });

  it('is reached by an encrypted connection, and counted there', async () => {
    const address = new URL(addressOf('graft_reader', password));
    address.searchParams.set('sslmode', 'require');
    const large = 'select repeat(md5(i::text), 20000) as body from generate_series(1, 30) i';
    const [ssl] = await owner.unsafe('show ssl');
    if (ssl?.['ssl'] !== 'on') return;
    const slices = await all(columnsOf(shopAt(address.href), large));
    expect(slices[1]?.rows).toBeLessThan(10);
  });

  it('is not asked by those who may read files of the server', async () => {
    const mighty = shopAt(server);
    expect((await refusal(rowsOf(mighty, 'select 1'))).message).toMatch(
      /role of SHOP may read or write files/,
    );
    await owner.unsafe('grant pg_read_server_files to graft_reader');
    expect((await refusal(rowsOf(shop, 'select 1'))).message).toMatch(
      /role of SHOP may read or write files/,
    );
    await owner.unsafe('revoke pg_read_server_files from graft_reader');
  });

  it('says that a password is wrong, and not which', async () => {
    const wrong = shopAt(addressOf('graft_reader', 'wrong-word'));
    const error = await refusal(rowsOf(wrong, 'select 1'));
    expect(error.message).toMatch(/refuses the name or password of SHOP/);
    expect(error.message).not.toContain('wrong-word');
  });
});
