import { GraphError, type DatabaseQuery } from '@graft/graph';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RemoteAccess } from '../access/index.ts';
import { PostgresDatabases } from './postgres-databases.ts';

/** The address of a superuser of a Postgres for tests, in which roles and a schema are made and dropped. */
const server = process.env['GRAFT_TEST_POSTGRES'] ?? '';
const password = 'p@ss:word/1';

function databases(settings: Readonly<Record<string, string>>): PostgresDatabases {
  const access = new RemoteAccess(settings);
  return new PostgresDatabases(() => Promise.resolve(access));
}
async function refusal(reading: Promise<unknown>): Promise<GraphError> {
  const error: unknown = await reading.catch((thrown: unknown) => thrown);
  if (!(error instanceof GraphError)) throw new Error('not refused', { cause: error });
  return error;
}
async function rowsOf(
  asked: PostgresDatabases,
  text: string,
  more: Partial<DatabaseQuery> = {},
): Promise<Readonly<Record<string, unknown>>[]> {
  const { signal } = new AbortController();
  const all = [];
  for await (const rows of asked.rows('SHOP', { text, values: [], seconds: 5, signal, ...more })) {
    all.push(...rows);
  }
  return all;
}

describe('an address', () => {
  it.each([
    ['', /The secret SHOP is not set/],
    ['sk-0123456789', /is no address of a database/],
    ['https://me:sk-0123456789@host/db', /is no address of a database/],
    ['postgres://me:sk-%zz0123456789@host/db', /is no address of a database/],
  ])('that is none is not repeated: %s', async (value, message) => {
    const error = await refusal(rowsOf(databases({ GRAFT_SECRET_SHOP: value }), 'select 1'));
    expect(error).toMatchObject({ code: 'unavailable', audience: 'operator' });
    expect(error.message).toMatch(message);
    expect(error.message).not.toContain('0123456789');
  });

  it('with nobody behind it is said', async () => {
    const address = 'postgres://me:sk-0123456789@127.0.0.1:1/db';
    const error = await refusal(rowsOf(databases({ GRAFT_SECRET_SHOP: address }), 'select 1'));
    expect(error.message).toMatch(/The database of SHOP cannot be reached \(ECONNREFUSED\)/);
  });
});

describe.skipIf(server === '')(
  'Postgres (skipped unless GRAFT_TEST_POSTGRES is a superuser’s address)',
  () => {
    let owner: postgres.Sql;
    let shop: PostgresDatabases;
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
      create table graft_test.hidden as select 1 as id;`);
      shop = databases({ GRAFT_SECRET_SHOP: addressOf('graft_reader', password) });
    });
    afterAll(async () => {
      await owner.unsafe('drop schema graft_test cascade; drop role graft_reader');
      await owner.end();
    });

    it('gives rows, for the values that are given', async () => {
      const rows = await rowsOf(shop, 'select * from graft_test.articles order by id');
      expect(rows).toHaveLength(2000);
      expect(rows[0]).toEqual({
        ...{ id: 1, body: 'row 1', at: new Date('2026-01-01T00:00:00Z'), big: '9007199254740993' },
      });
      const text = 'select id from graft_test.articles where id > $1 and body <> $2 order by id';
      for (const first of [1998, '1998']) {
        expect(await rowsOf(shop, text, { values: [first, 'row 1999'] })).toEqual([{ id: 2000 }]);
      }
    });

    it.each([
      ['delete from graft_test.articles returning id', /writes/],
      [
        'with d as (delete from graft_test.articles returning id) select * from d',
        /writes|read-only/,
      ],
      ['create table graft_test.more (id int)', /writes/],
      ['select 1; select 2', /multiple commands/],
      ['select 1; commit; delete from graft_test.articles', /multiple commands/],
      ["select set_config('transaction_read_only', 'off', false)", /writes/],
      ["select pg_read_file('/etc/passwd')", /permission denied/],
      ["copy graft_test.articles to program 'id'", /permission denied|must be superuser/],
      ["copy (select 1) to '/tmp/graft-test-copy'", /permission denied|must be superuser/],
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
      expect((await refusal(rowsOf(shop, slow, { seconds: 1 }))).message).toMatch(
        /longer than 1 s/,
      );
      await owner.begin(async (locking) => {
        await locking.unsafe('lock table graft_test.articles in access exclusive mode');
        const waiting = rowsOf(shop, 'select id from graft_test.articles', { seconds: 1 });
        expect((await refusal(waiting)).message).toMatch(/longer than 1 s/);
      });
    });

    it('stops when nobody waits any more', async () => {
      const controller = new AbortController();
      setTimeout(() => controller.abort(new Error('enough')), 200);
      const { signal } = controller;
      const slow = 'select count(*) from generate_series(1, 1000000000)';
      await expect(rowsOf(shop, slow, { seconds: 60, signal })).rejects.toThrow('enough');
    });

    it('is not asked by those who may read files of the server', async () => {
      const mighty = databases({ GRAFT_SECRET_SHOP: server });
      expect((await refusal(rowsOf(mighty, 'select 1'))).message).toMatch(
        /SHOP logs in as somebody/,
      );
      await owner.unsafe('grant pg_read_server_files to graft_reader');
      expect((await refusal(rowsOf(shop, 'select 1'))).message).toMatch(/SHOP logs in as somebody/);
      await owner.unsafe('revoke pg_read_server_files from graft_reader');
    });

    it('says that a password is wrong, and not which', async () => {
      const wrong = databases({ GRAFT_SECRET_SHOP: addressOf('graft_reader', 'wrong-word') });
      const error = await refusal(rowsOf(wrong, 'select 1'));
      expect(error.message).toMatch(/does not take the name or password of SHOP/);
      expect(error.message).not.toContain('wrong-word');
    });
  },
);
