import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Document,
  parseGraph,
  planGraph,
  type RunContext,
  type SourceFile,
} from '@graft/graph';
import initSqlite from 'sql.js';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { registry } from '../definitions.gen.ts';
import { sourceFile, testContext } from '../kit/testing/test-context.ts';
import { loadSql } from './node.ts';
import { run } from './run.ts';

type Given = Readonly<Record<string, unknown>>;

let sqlite: Awaited<ReturnType<typeof initSqlite>>;
let folder: string;
beforeAll(async () => {
  sqlite = await initSqlite();
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'graft-sql-'));
  const database = new sqlite.Database();
  database.exec(`
    create table articles (id integer primary key, title text, body text, price real, scan blob, sold integer);
    insert into articles values
      (3, 'Bowl', 'A wide bowl.', 22.5, x'00ff', 9007199254740993),
      (5, 'Jug', 'A jug for milk.', null, null, 12),
      (8, 'Cup', '', 7, null, 0);
    create view spying as select readfile('/etc/passwd') as text;
    create view more as with recursive n(x) as (select 1 union all select x + 1 from n) select x from n;`);
  await writeFile(join(folder, 'shop.db'), database.export());
  database.close();
});
afterEach(() => rm(folder, { recursive: true }));

async function load(params: Given, parts: Partial<RunContext> = {}): Promise<Document[]> {
  const beside = Object.entries(besideFiles).map(async ([name, bytes]) => {
    await writeFile(join(folder, name), bytes);
    return sourceFile(folder, name);
  });
  const files = [await sourceFile(folder, 'shop.db'), ...(await Promise.all(beside))];
  const ctx = testContext({ sources: files.map(alone), ...parts });
  const parsed = loadSql.params.parse({ file: 'shop.db', ...params });
  const rows: Document[] = [];
  const { documents } = await run.run(ctx, {}, parsed);
  for await (const row of documents) rows.push(row);
  return rows;
}
/** Each has a source of its own. */
const alone = (file: SourceFile) => ({ kind: 'files' as const, param: 'file', files: [file] });
let besideFiles: Readonly<Record<string, Uint8Array>> = {};
beforeEach(() => {
  besideFiles = {};
});

describe('rows of a SQLite file', () => {
  it('are documents, by their number and with all of their columns, unless they are told', async () => {
    const [bowl, jug] = await load({ query: 'select * from articles order by id' });
    expect(bowl).toEqual({
      ...{ id: 'shop.db:1', path: 'shop.db', title: 'Bowl', mediaType: 'text/plain' },
      ...{ offset: 0, line: 1 },
      text: 'id: 3\ntitle: Bowl\nbody: A wide bowl.\nprice: 22.5\nsold: 9007199254740993',
      metadata: {
        id: 3,
        title: 'Bowl',
        body: 'A wide bowl.',
        price: 22.5,
        sold: '9007199254740993',
      },
    });
    expect(jug?.text).toBe('id: 5\ntitle: Jug\nbody: A jug for milk.\nsold: 12');
  });

  it('are named and written by the columns that are chosen, and left out without text', async () => {
    const params = { id: 'id', textColumns: ['body'] };
    const documents = await load({ ...params, query: 'select id, title, body from articles' });
    expect(documents.map(({ id, text, metadata }) => [id, text, metadata])).toEqual([
      ['shop.db:3', 'A wide bowl.', { id: 3, title: 'Bowl' }],
      ['shop.db:5', 'A jug for milk.', { id: 5, title: 'Jug' }],
    ]);
  });

  it('are those for the values that are given', async () => {
    const query = 'select title from articles where id > ?1 and title <> ?2 order by id';
    const documents = await load({ query, values: [3, 'Cup'] });
    expect(documents.map(({ title }) => title)).toEqual(['Jug']);
    await expect(load({ query, values: [1, 'a', 3] })).rejects.toThrow(/fewer places .*: 3/);
    await expect(load({ query, values: [1] })).rejects.toThrow(/more places .*: 1/);
  });

  it('have texts whole, whatever letters are in them, and none of bytes that are no text', async () => {
    const [document] = await load({ query: "select 'a' || char(0) || 'bé🏺' as t" });
    expect(document?.text).toBe('t: a\0bé🏺');
    // As a program writes that takes SQLite for a database of Latin-1.
    const query =
      "select id, case id when 5 then cast(x'636166e920617520' as text) end as note from articles";
    await expect(load({ query })).rejects.toMatchObject({
      code: 'bad-encoding',
      message: expect.stringContaining('Row 2 of the query has text in "note" that is not UTF-8'),
    });
  });

  it('are at least one with a text', async () => {
    const query = "select '' as text from articles";
    await expect(load({ query })).rejects.toThrow('No row of the query has any text (3 rows).');
    await expect(load({ query: "select '' as text" })).rejects.toThrow(
      'No row of the query has any text (1 row).',
    );
    const where = { textColumns: ['text'], query: "select id, ' ' as text from articles" };
    await expect(load(where)).rejects.toMatchObject({ location: { param: 'textColumns' } });
    await expect(load({ query: 'select 1 as n where false' })).rejects.toThrow('has no rows');
  });

  it('have what is no number of JSON as a text', async () => {
    const [document] = await load({ query: 'select 9e999 as most, -9e999 as least' });
    expect(document).toMatchObject({
      text: 'most: Infinity\nleast: -Infinity',
      metadata: { most: 'Infinity', least: '-Infinity' },
    });
  });

  it('have the same times whatever the zone of the machine is', async () => {
    const query = `select datetime('2026-03-08 12:00', 'localtime') as here, datetime('2026-03-08 12:00', 'utc') as there,
      strftime('%s', '2026-03-08 12:00') as seconds, strftime('%w %j', '2026-01-01 20:00', 'localtime') as day`;
    const zone = process.env['TZ'];
    process.env['TZ'] = 'Asia/Tokyo';
    try {
      expect(new Date(2026, 2, 8).getTimezoneOffset()).toBe(-540);
      const [document] = await load({ query });
      expect(document?.metadata).toEqual({
        ...{ here: '2026-03-08 12:00:00', there: '2026-03-08 12:00:00' },
        ...{ seconds: '1772971200', day: '4 001' },
      });
    } finally {
      if (zone === undefined) delete process.env['TZ'];
      else process.env['TZ'] = zone;
    }
  });

  it('are read of a database whose log was written back and taken away', async () => {
    const bytes = await readFile(join(folder, 'shop.db'));
    // As PRAGMA journal_mode=WAL leaves it when the last connection is closed.
    bytes.fill(2, 18, 20);
    await writeFile(join(folder, 'shop.db'), bytes);
    expect(await load({ query: 'select title from articles order by title desc' })).toHaveLength(3);
  });

  it('hold the file once when they are read', async () => {
    const given = await sourceFile(folder, 'shop.db');
    const bytes = vi.fn(given.bytes);
    const file = { ...given, bytes, stream: () => given.stream() };
    const ctx = { sources: [alone(file)] };
    expect(await load({ query: 'select title from articles' }, ctx)).toHaveLength(3);
    expect(bytes).not.toHaveBeenCalled();
  });

  it('stream, up to the limit', async () => {
    const log = vi.fn();
    const query = 'select x from more';
    expect(await load({ query, limit: 1234 }, { log })).toHaveLength(1234);
    expect(log).toHaveBeenCalledWith('warning', expect.stringMatching(/more than 1,234 rows/));
    expect(await load({ query, limit: 1 }, { log })).toHaveLength(1);
    expect(log).toHaveBeenLastCalledWith('warning', expect.stringMatching(/more than 1 row\./));
  });
});

/** 1.4 GiB to sort. */
const sorting = `with recursive n(x) as (select 1 union all select x + 1 from n where x < 1400)
  select x from (select x, zeroblob(1048576) as b from n order by b, x)`;

describe('what a query cannot do', () => {
  it.each([
    [
      'write',
      "with a as (select 1) insert into articles (title) select 'x' returning id",
      /writes/,
    ],
    ['read files', 'select text from (select * from spying)', /readfile|unsafe/],
    ['take memory', 'select hex(zeroblob(900000000)) as text', /memory|too big/],
    ['take memory by sorting', sorting, /memory|too big/],
    ['name what is not there', 'select nowhere from articles', /no such column/],
  ])('%s', async (_, query, message) => {
    await expect(load({ query })).rejects.toThrow(message);
  });

  it.each(['delete from articles', 'select 1; select 2', "attach 'x' as y", 'pragma user_version'])(
    'is refused as it is drawn, and where it runs all the same: %s',
    async (query) => {
      expect(
        loadSql.check?.(loadSql.params.parse({ file: 'a', query }), {}, () => undefined),
      ).toEqual([expect.objectContaining({ param: 'query' })]);
      await expect(load({ query })).rejects.toMatchObject({ code: 'bad-param' });
    },
  );

  it('go on for ever', async () => {
    const query = 'select count(*) as n from more';
    await expect(load({ query, timeout: 1 })).rejects.toThrow(/more than 1 s/);
    const controller = new AbortController();
    setTimeout(() => controller.abort(new Error('enough')), 200);
    await expect(load({ query }, { signal: controller.signal })).rejects.toThrow('enough');
  });

  it('leaves the file as it was', async () => {
    const before = await sourceFile(folder, 'shop.db');
    await load({ query: 'select title from articles' });
    expect((await sourceFile(folder, 'shop.db')).digest).toBe(before.digest);
  });
});

describe('says what is wrong', () => {
  it.each([
    [{ query: 'select title from articles where id = 99' }, /has no rows/],
    [
      { query: 'select title from articles', textColumns: ['body'] },
      /no column "body"\. Choose among title/,
    ],
    [{ query: 'select title from articles', id: 'id' }, /no column "id"/],
    [
      { query: 'select a.id, b.id from articles a join articles b' },
      /Several columns of the query have the name "id"/,
    ],
    [
      { query: 'select scan from articles', textColumns: ['scan'] },
      /Row 1 has binary data in "scan"/,
    ],
    [
      { query: 'select price, title from articles', id: 'price' },
      /Row 2 has no value in the id column "price"/,
    ],
    [
      { query: "select 'a' as id, title from articles", id: 'id' },
      /Several rows have the id shop\.db:a/,
    ],
  ])('%j', async (params, message) => {
    await expect(load(params)).rejects.toThrow(message);
  });

  it('of a name that stands for several files, or has others beside it', async () => {
    const query = 'select title from articles';
    const { file, ...given } = loadSql.params.parse({ file: 'sh[o]p*.db', query });
    expect(loadSql.check?.({ file, ...given }, {}, () => undefined)).toEqual([
      { param: 'file', message: expect.stringContaining('Choose a single file') },
    ]);
    await writeFile(join(folder, 'shop2.db'), new Uint8Array(1));
    await writeFile(join(folder, 'shop2.db-wal'), Buffer.from('377f0682', 'hex'));
    const files = await Promise.all(
      ['shop.db', 'shop2.db'].map((name) => sourceFile(folder, name)),
    );
    const several = { sources: [{ kind: 'files' as const, param: 'file', files }] };
    await expect(load({ query }, several)).rejects.toThrow(
      /matches several files \(shop.db, shop2.db\)/,
    );
    const others = await Promise.all(
      ['shop.db', 'shop2.db-wal'].map((name) => sourceFile(folder, name)),
    );
    expect(await load({ query }, { sources: others.map(alone) })).toHaveLength(3);
  });

  it('of a file that is no database, or is in use', async () => {
    const query = 'select title from articles';
    besideFiles = { 'shop.db-wal': new Uint8Array(0), 'shop.db-journal': new Uint8Array(512) };
    expect(await load({ query })).toHaveLength(3);
    besideFiles = { 'shop.db-wal': Buffer.from('377f0682', 'hex') };
    await expect(load({ query })).rejects.toThrow(
      /shop\.db is in use: shop\.db-wal may hold changes/,
    );
    besideFiles = { 'shop.db-journal': Buffer.from('d9d505f920a163d7', 'hex') };
    await expect(load({ query })).rejects.toThrow(/shop\.db-journal may hold changes/);
    besideFiles = {};
    await writeFile(join(folder, 'shop.db'), 'no database at all '.repeat(100));
    await expect(load({ query })).rejects.toMatchObject({ code: 'damaged-file' });
  });
});

describe('a database', () => {
  const given = { file: '', database: { $secret: 'SHOP' }, query: 'select $1', values: [7] };
  const sources = [{ kind: 'database' as const, param: 'database', identity: 'that one' }];
  const giving = (columns: readonly string[], rows: readonly unknown[][]) => ({
    rows: vi.fn(async function* () {
      yield await Promise.resolve({ columns, rows });
    }),
  });

  it('is asked by the name of its secret, and only the one that the step was keyed by', async () => {
    const columns = ['id', 'at', 'j', 'b', 'n'];
    const row = ['x', '2026-01-01T00:00:00', { a: 1 }, Buffer.from('b'), Number.NaN];
    const databases = giving(columns, [row]);
    const [document] = await load({ ...given, id: 'id' }, { sources, databases });
    expect(document).toMatchObject({
      ...{ id: 'SHOP:x', path: 'SHOP' },
      text: 'id: x\nat: 2026-01-01T00:00:00\nj: {"a":1}\nn: NaN',
    });
    expect(databases.rows).toHaveBeenCalledWith(
      { secret: 'SHOP', identity: 'that one' },
      expect.objectContaining({ text: 'select $1', values: [7], seconds: 60 }),
    );
  });

  it('gives columns of one name, which is refused, also where it gives no rows', async () => {
    const databases = giving(['id', 'body', 'id'], []);
    await expect(load(given, { sources, databases })).rejects.toThrow(/have the name "id"/);
  });
});

describe('in a graph', () => {
  const planned = (params: object) => {
    const nodes = {
      sql: { type: 'load-sql', version: 1, params: { query: 'select 1', ...params } },
    };
    const graph = parseGraph(JSON.stringify({ graft: 1, nodes, edges: [] }));
    return planGraph(graph, registry, { models: () => undefined }).nodes[0];
  };

  it('has the file among its sources, with what may stand beside it, or the database and the clock', () => {
    expect(planned({ file: 'shop.db', refresh: 3 })?.sources).toEqual([
      { kind: 'files', patterns: ['shop.db'], param: 'file' },
      { kind: 'files', patterns: ['shop.db-wal'], param: 'file', optional: true },
      { kind: 'files', patterns: ['shop.db-journal'], param: 'file', optional: true },
    ]);
    const database = { $secret: 'SHOP' };
    const which = { kind: 'database', secret: 'SHOP', param: 'database' };
    expect(planned({ database })?.sources).toEqual([which]);
    expect(planned({ database, refresh: 3 })?.sources).toEqual([
      which,
      { kind: 'clock', hours: 3, param: 'refresh' },
    ]);
  });

  it.each([
    [{}, /Choose a SQLite file/],
    [{ file: 'a.db', database: { $secret: 'SHOP' } }, /both a file and a database/i],
    [{ database: 'postgres://me:secret-word@host/db' }, /must name a secret/],
    [{ database: { $secret: 'SHOP' }, query: 'drop table t' }, /begins with DROP/],
  ])('refuses %j', (params, message) => {
    expect(() => planned(params)).toThrow(message);
    expect(() => planned(params)).not.toThrow(/secret-word/);
  });
});
