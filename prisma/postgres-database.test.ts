import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { sql } from 'kysely';
import pg from 'pg';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { Outages, type OutageChange } from '@graft/graph';
import { noPostgres, startPostgres } from '@graft/kit/testing';
import { openDatabase } from './database.ts';
import type { Database, Queries } from './open-database.ts';
import { readPostgresAddress } from './postgres-address.ts';
import { isUnreachable, postgresError } from './postgres-error.ts';
import { startPostgresHeartbeat } from './postgres-heartbeat.ts';
import { postgresMigrations } from './postgres-migrations.gen.ts';
import { diagnose } from './schema-engine.mjs';
import { schemaFor } from './schema.mjs';
import { inTransaction, tryAgain } from './transactions.ts';

const server = await startPostgres();
afterAll(() => server?.stop());

const schemaOf = (name: string): string => `opened_${String(process.pid)}_${name}`;
const placeOf = (name: string, address = server?.address ?? ''): string => {
  const url = new URL(address);
  url.searchParams.set('schema', schemaOf(name));
  return url.href;
};
const raw = async (text: string): Promise<void> => {
  const client = new pg.Client({ connectionString: server?.address });
  await client.connect();
  await client.query(text);
  await client.end();
};
const record = (key: string) => ({
  ...{ key, nodeType: 'chunk', version: 1, outputs: '{}' },
  ...{ ms: 0.1, createdAt: 1_700_000_000_000.25, usedAt: 2 },
});
const create = (database: Database, key: string) =>
  database.queries.insertInto('Action').values(record(key)).execute();
const actions = (database: Database) => database.queries.selectFrom('Action').selectAll().execute();

describe('an address', () => {
  it('is shown without what is secret in it', () => {
    const place = 'postgres://me:p%40ss@db.example.com:5433/graft?sslmode=require&password=other';
    expect(readPostgresAddress(place)).toEqual({
      connection: place,
      schema: 'graft',
      shown: 'postgres://me@db.example.com:5433/graft',
    });
    expect(readPostgresAddress(`${place}&schema=team_a`)).toEqual({
      connection: place,
      schema: 'team_a',
      shown: 'postgres://me@db.example.com:5433/graft?schema=team_a',
    });
  });

  it.each([
    'postgres://me:se/cret@db/graft',
    'mysql://me:secret@db/graft',
    'postgres://me:1234/secret@db/graft',
    'postgres://me:1234#secret@db/graft',
    'postgres://me:1234?secret@db/graft',
    'postgres://me:1234#secret',
  ])('of another kind is refused without repeating it', async (place) => {
    const error: unknown = await openDatabase(place).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'bad-input', audience: 'operator' });
    expect(String(error)).not.toMatch(/secret|se\/cret|1234/);
  });

  it('cannot name a schema that would have to be quoted', () => {
    expect(() => readPostgresAddress('postgres://db/graft?schema=a"b')).toThrow('lower-case');
  });

  it('where nothing answers is said at once, without its password', async () => {
    const error: unknown = await openDatabase('postgres://me:secret@127.0.0.1:1/graft').catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({ code: 'unavailable', audience: 'operator' });
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain('secret');
    expect(String(error)).toContain('postgres://me@127.0.0.1:1/graft');
  });
});

it.each(['08006', '25P03', '57P01', '57P05'])('takes %s for a lost connection', (code) => {
  const error = Object.assign(new Error('lost'), { code });
  expect(isUnreachable(error)).toBe(true);
  expect(postgresError(error, 'db')).toMatchObject({ code: 'unavailable', audience: 'operator' });
});

it('takes a client that its driver gave up for a lost connection, and a deadlock for none', () => {
  const message = 'Client has encountered a connection error and is not queryable';
  expect(isUnreachable(new Error(message))).toBe(true);
  const deadlock = Object.assign(new Error('deadlock detected'), { code: '40P01' });
  expect(isUnreachable(deadlock)).toBe(false);
  expect(postgresError(deadlock, 'db')).toMatchObject({
    code: 'unavailable',
    message: expect.stringContaining('Try again') as string,
  });
});

const title = server === undefined ? `Postgres (${noPostgres})` : 'Postgres';
describe.skipIf(server === undefined)(title, () => {
  it('keeps what is written, and opens again', async () => {
    {
      await using database = await openDatabase(placeOf('kept'));
      await create(database, 'a');
    }
    await using database = await openDatabase(placeOf('kept'));
    expect(await actions(database)).toEqual([{ ...record('a'), items: null }]);
    expect(database.shown).not.toContain('p%40ss');
  });

  it('opens, migrates and writes at once, losing nothing', async () => {
    const open = () => openDatabase(placeOf('at_once'));
    const opened = await Promise.all([open(), open(), open(), open()]);
    await Promise.all(opened.map((database, at) => create(database, String(at))));
    const [first] = opened;
    expect(first === undefined ? [] : await actions(first)).toHaveLength(4);
    for (const database of opened) await database.close();
  });

  it("leaves a history that Prisma's own tools take for up to date", async () => {
    await (await openDatabase(placeOf('history'))).close();
    const place = placeOf('history');
    expect(await diagnose(place, schemaFor('postgresql'), postgresMigrations)).toMatchObject({
      hasMigrationsTable: true,
      history: null,
      failedMigrationNames: [],
      editedMigrationNames: [],
    });
  });

  it('rolls a failed transaction back and goes on', async () => {
    await using database = await openDatabase(placeOf('rolled_back'));
    const twice = database.queries.transaction().execute(async (tx) => {
      await tx.insertInto('Action').values(record('a')).execute();
      await tx.insertInto('Action').values(record('a')).execute();
    });
    await expect(twice).rejects.toMatchObject({ code: 'internal', audience: 'developer' });
    expect(await actions(database)).toHaveLength(0);
    await create(database, 'a');
    expect(await actions(database)).toHaveLength(1);
  });

  it('runs again what Postgres ended because two transactions waited for each other', async () => {
    await using database = await openDatabase(placeOf('deadlock'));
    for (const key of ['a', 'b']) await create(database, key);
    const bump = (tx: Queries, key: string) =>
      tx
        .updateTable('Action')
        .set((eb) => ({ ms: eb('ms', '+', 1) }))
        .where('key', '=', key)
        .execute();
    let [tries, arrived] = [0, 0];
    let meet = (): void => undefined;
    const met = new Promise<void>((resolve) => (meet = resolve));
    const both = async (first: string, second: string): Promise<void> => {
      await inTransaction(database.queries, async (tx) => {
        tries += 1;
        await bump(tx, first);
        // Each holds one row before it asks for the other.
        arrived += 1;
        if (arrived === 2) meet();
        await met;
        await bump(tx, second);
      });
    };
    await Promise.all([both('a', 'b'), both('b', 'a')]);
    expect(tries).toBe(3);
    expect((await actions(database)).map(({ ms }) => ms)).toEqual([2.1, 2.1]);
  });

  it('repeats a statement alone that another transaction collided with', async () => {
    await using database = await openDatabase(placeOf('collided'));
    let tries = 0;
    const collided = Object.assign(new Error('could not serialize'), { code: '40001' });
    const work = async (): Promise<number> => {
      tries += 1;
      if (tries < 3) throw postgresError(collided, 'db');
      return (await actions(database)).length;
    };
    const lost = async (): Promise<void> => undefined;
    expect(await tryAgain(work, lost)).toBe(0);
    expect(tries).toBe(3);
    const other = postgresError(Object.assign(new Error('unknown'), { code: '40003' }), 'db');
    await expect(tryAgain(() => Promise.reject(other), lost)).rejects.toBe(other);
  });

  it('takes text with NUL, which Postgres does not', async () => {
    await using database = await openDatabase(placeOf('nul'));
    await create(database, 'a\0b');
    expect((await actions(database)).map(({ key }) => key)).toEqual(['a\uFFFDb']);
  });

  it('refuses a newer format, and leaves it', async () => {
    await (await openDatabase(placeOf('newer'))).close();
    await raw(`INSERT INTO "${schemaOf('newer')}"."_prisma_migrations"
      ("id", "checksum", "migration_name", "finished_at") VALUES ('x', 'x', '9999_later', now())`);
    await expect(openDatabase(placeOf('newer'))).rejects.toMatchObject({
      code: 'newer-format',
      message: expect.stringContaining('Update Graft') as string,
    });
  });

  it('refuses a schema of another program', async () => {
    const schema = schemaOf('foreign');
    await raw(`CREATE SCHEMA "${schema}"; CREATE TABLE "${schema}"."bookmarks" (url TEXT)`);
    await expect(openDatabase(placeOf('foreign'))).rejects.toMatchObject({
      code: 'store-damaged',
      message: expect.stringContaining('schema=NAME') as string,
    });
  });

  it('says that the password is wrong, that there is no database, and that writing is not allowed', async () => {
    const wrong = new URL(server?.address ?? '');
    wrong.password = 'wrong';
    const nowhere = new URL(server?.address ?? '');
    nowhere.pathname = '/nowhere';
    const role = schemaOf('reader');
    await raw(`CREATE ROLE "${role}" LOGIN PASSWORD 'reading'`);
    const reader = new URL(server?.address ?? '');
    [reader.username, reader.password] = [role, 'reading'];
    await expect(openDatabase(wrong.href)).rejects.toThrow('refused the user');
    await expect(openDatabase(nowhere.href)).rejects.toThrow('does not exist');
    await expect(openDatabase(placeOf('refused', reader.href))).rejects.toMatchObject({
      code: 'state-unusable',
    });
    await raw(`DROP ROLE "${role}"`);
  });

  it('survives connections that the server ends, also within a transaction', async () => {
    await using database = await openDatabase(placeOf('ended'));
    const end = sql`SELECT pg_terminate_backend(pg_backend_pid())`;
    await expect(end.execute(database.queries)).rejects.toMatchObject({ code: 'unavailable' });
    const cut = database.queries.transaction().execute(async (tx) => {
      await tx.insertInto('Action').values(record('lost')).execute();
      await end.execute(tx);
    });
    await expect(cut).rejects.toMatchObject({ code: 'unavailable' });
    await create(database, 'kept');
    expect((await actions(database)).map(({ key }) => key)).toEqual(['kept']);
  });

  it('waits for a server that is away, tells so, and does what was cut off', async ({ skip }) => {
    if (process.env['GRAFT_TEST_POSTGRES'] !== undefined) return skip('somebody else needs it');
    const outages = new Outages();
    const changes: OutageChange[] = [];
    outages.listen((change) => changes.push(change));
    await using database = await openDatabase(placeOf('away'), outages);
    await create(database, 'a');
    let begun = (): void => undefined;
    const hasBegun = new Promise<void>((resolve) => (begun = resolve));
    const tries: boolean[] = [];
    const cut = inTransaction(database.queries, async (tx, isAgain) => {
      tries.push(isAgain);
      await tx.insertInto('Action').values(record('b')).execute();
      begun();
      if (!isAgain) await sql`SELECT pg_sleep(60)`.execute(tx);
    });
    const slept = sql`SELECT pg_sleep(0.2)`.execute(database.queries);
    await hasBegun;
    await server?.pause();
    const meanwhile = actions(database);
    await expect.poll(() => outages.all).toMatchObject([{ place: database.shown }]);
    await server?.resume();
    await Promise.all([cut, slept, meanwhile]);
    expect((await actions(database)).map(({ key }) => key)).toEqual(['a', 'b']);
    expect(tries).toEqual([false, true]);
    expect(outages.all).toEqual([]);
    expect(changes.at(-1)?.until).toBeDefined();
  });

  it('fails what waited for longer than it may', async ({ skip }) => {
    if (process.env['GRAFT_TEST_POSTGRES'] !== undefined) return skip('somebody else needs it');
    await using database = await openDatabase(placeOf('gone'), new Outages(300));
    await create(database, 'a');
    await server?.pause();
    try {
      await expect(actions(database)).rejects.toMatchObject({
        code: 'unavailable',
        message: expect.stringContaining('Check that Postgres runs there') as string,
      });
    } finally {
      await server?.resume();
    }
  });

  it('beats for the leases of its owner alone, and goes on after its connection is lost', async () => {
    await using database = await openDatabase(placeOf('beating'));
    const lease = { owner: 'me', beat: 0 };
    await database.queries
      .insertInto('Lease')
      .values([
        { name: 'run/1', ...lease },
        { name: 'run/2', ...lease, owner: 'other' },
      ])
      .execute();
    const beatOf = async (name: string): Promise<number | undefined> => {
      const row = database.queries.selectFrom('Lease').select('beat').where('name', '=', name);
      return (await row.executeTakeFirst())?.beat;
    };
    const heartbeat = database.startHeartbeat('me');
    await expect.poll(() => beatOf('run/1')).toBeGreaterThan(0);
    await raw(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE application_name = 'graft heartbeat'`);
    const before = (await beatOf('run/1')) ?? 0;
    await expect.poll(() => beatOf('run/1')).toBeGreaterThan(before + 1);
    await heartbeat.stop();
    expect(await beatOf('run/2')).toBe(0);
  });

  it('stops to beat, also where the server fell silent', async () => {
    await using database = await openDatabase(placeOf('silent'));
    const lease = { name: 'run/1', owner: 'me', beat: 0 };
    await database.queries.insertInto('Lease').values(lease).execute();
    const beat = async (): Promise<number | undefined> =>
      (await database.queries.selectFrom('Lease').select('beat').executeTakeFirst())?.beat;
    const address = new URL(placeOf('silent'));
    const { port, hostname } = address;
    const sockets: Socket[] = [];
    const between = createServer((socket) => {
      const server = connect(Number(port), hostname);
      for (const each of [socket, server]) sockets.push(each.on('error', () => undefined));
      socket.pipe(server).pipe(socket);
    }).listen(0, '127.0.0.1');
    await once(between, 'listening');
    onTestFinished(() => {
      for (const socket of sockets) socket.destroy();
      between.close();
    });
    const listening = between.address();
    if (typeof listening !== 'object' || listening === null) throw new Error('no port');
    address.port = String(listening.port);
    const heartbeat = startPostgresHeartbeat(readPostgresAddress(address.href), 'me');
    await expect.poll(beat).toBeGreaterThan(0);
    for (const socket of sockets) socket.unpipe().pause();
    await expect(heartbeat.stop()).resolves.toBeUndefined();
  });
});
