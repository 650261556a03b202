import { gzipSync } from 'node:zlib';
import {
  type Document,
  GraphError,
  parseGraph,
  planGraph,
  type RunContext,
  type WebReply,
} from '@graft/graph';
import { describe, expect, it, vi } from 'vitest';
import { registry } from '../definitions.gen.ts';
import { testContext } from '../kit/testing/test-context.ts';
import { decodePage } from '../kit/web/decode-page.ts';
import { pageText } from '../kit/web/page-text.ts';
import { loadWeb } from './node.ts';
import { largestSitemap, readSitemap } from './read-sitemap.ts';
import { run } from './run.ts';

type Given = Readonly<Record<string, unknown>>;
type Answer = string | Uint8Array | (Omit<Partial<WebReply>, 'body'> & { body?: string }) | Error;

const site = 'https://pottery.example';
const paragraph =
  'The eastern kiln is lit at 05:40 by whoever has the early turn, and reaches nine hundred and sixty degrees by noon. ';
const page = (title: string, text = paragraph.repeat(6)): string =>
  `<!doctype html><html lang="en"><head><title>${title} | Pottery</title></head><body>
  <nav><a href="/">Home</a> <a href="/shop">Shop</a></nav>
  <article><h1>${title}</h1><p>${text}</p><p>${paragraph.repeat(4)}</p></article>
  <footer>All rights reserved</footer><script>document.write('scripted')</script></body></html>`;
const sitemap = (entries: Readonly<Record<string, string>>, name = 'url', root = 'urlset') =>
  `<?xml version="1.0"?><${root} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">${Object.entries(
    entries,
  )
    .map(([loc, at]) => `<${name}><loc>${loc}</loc>${at && `<lastmod>${at}</lastmod>`}</${name}>`)
    .join('')}</${root}>`;

/** A web of some answers, which counts what it is asked, and the context of a node that keeps what it has read. */
function web(answers: Record<string, Answer>) {
  const asked: string[] = [];
  const log = vi.fn();
  const ctx = testContext({
    log,
    web: {
      get(url) {
        asked.push(url);
        const answer = answers[url] ?? { status: 404 };
        if (answer instanceof Error) return Promise.reject(answer);
        const { body = '', ...said } =
          typeof answer === 'string' || answer instanceof Uint8Array ? { body: answer } : answer;
        const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body;
        return Promise.resolve({ url, status: 200, type: 'text/html', ...said, body: bytes });
      },
    },
  });
  const load = async (params: Given, parts: Partial<RunContext> = {}): Promise<Document[]> => {
    asked.length = 0;
    const parsed = loadWeb.params.parse(params);
    const rows: Document[] = [];
    const { documents } = await run.run({ ...ctx, ...parts }, {}, parsed);
    for await (const row of documents) rows.push(row);
    return rows;
  };
  return { answers, asked, log, load };
}
const since = (day: string): Partial<RunContext> => ({
  sources: [{ kind: 'clock', param: 'refresh', since: `2026-11-${day}T00:00:00.000Z` }],
});
const refusal = (message: string): GraphError => new GraphError('unavailable', message);

describe('a page', () => {
  it('gives its main text, without menus, margins and scripts', async () => {
    const { load } = web({ [`${site}/kilns`]: page('Kilns') });
    const [document, ...others] = await load({ pages: [`${site}/kilns#top`] });
    expect(others).toEqual([]);
    expect(document).toMatchObject({
      ...{ id: `${site}/kilns`, path: `${site}/kilns`, mediaType: 'text/html', offset: 0, line: 1 },
      ...{ title: expect.stringContaining('Kilns'), metadata: { language: 'en' } },
    });
    expect(document?.text).toContain('lit at 05:40');
    expect(document?.text).not.toMatch(/Shop|rights reserved|scripted|</);
    const [all] = await load({ pages: [`${site}/kilns`], content: 'all' });
    expect(all?.text).toMatch(/Shop[\s\S]*05:40[\s\S]*rights reserved/);
    expect(all?.text).not.toContain('scripted');
  });

  it('may be plain text, and nothing that is none', async () => {
    const { load } = web({
      [`${site}/a.txt`]: { type: 'text/plain; charset=utf-8', body: '<b>Lit</b> at 05:40.' },
      [`${site}/a.pdf`]: { type: 'application/pdf', body: '%PDF-' },
    });
    const [document] = await load({ pages: [`${site}/a.txt`] });
    expect(document).toMatchObject({ text: '<b>Lit</b> at 05:40.', mediaType: 'text/plain' });
    await expect(load({ pages: [`${site}/a.pdf`] })).rejects.toThrow(/it is application\/pdf/);
  });

  it('is one document, by however many addresses it is reached', async () => {
    const same = { url: `${site}/kilns`, body: page('Kilns') };
    const { load } = web({ [`${site}/kilns`]: same, [`${site}/old`]: same });
    const documents = await load({ pages: [`${site}/old`, `${site}/kilns`, `${site}/kilns#a`] });
    expect(documents.map(({ id, path }) => [id, path])).toEqual([[`${site}/old`, `${site}/kilns`]]);
  });

  it('that is very long comes in parts', async () => {
    const text = 'A line.\n\n'.repeat(100_000);
    const { load } = web({ [`${site}/a`]: { type: 'text/plain', body: text } });
    const documents = await load({ pages: [`${site}/a`] });
    expect(documents.map(({ id }) => id)).toEqual([`${site}/a`, `${site}/a#1`]);
    expect(documents.map((part) => part.text).join('')).toBe(text);
  });

  it.each([
    ['nested', '<div>'.repeat(200_000)],
    ['of many elements', '<b></b>'.repeat(100_000)],
    ['of tags that never end', '<a '.repeat(500_000)],
  ])('that is a bomb is read without a tree: %s', async (_, bomb) => {
    const { text } = await pageText(`<p>Lit at 05:40.</p>${bomb}`, 'main');
    expect(text).toContain('Lit at 05:40.');
  });
});

describe('its encoding', () => {
  const bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1');

  it.each([
    ['by its mark', bytes('\xef\xbb\xbfcaf\xc3\xa9'), 'text/html; charset=latin1'],
    ['by the header', bytes('caf\xe9'), 'text/html; charset="ISO-8859-1"'],
    ['by its head', bytes('<meta charset=windows-1252>caf\xe9'), 'text/html'],
    ['in XML', bytes('<?xml version="1.0" encoding="latin1"?>caf\xe9'), 'application/xhtml+xml'],
    ['by its bytes', bytes('caf\xc3\xa9'), 'text/html'],
    ['by none', bytes('caf\xe9'), ''],
  ])('is told %s', (_, body, type) => {
    expect(decodePage(body, type, site)).toMatch(/café$/);
  });

  it.each([
    ['utf-8', /says that it is written in utf-8, and its bytes are not/],
    ['klingon', /"klingon", which is no encoding/],
  ])('that is wrong is said: %s', (charset, message) => {
    const decoding = (): string =>
      decodePage(bytes('caf\xe9'), `text/html;charset=${charset}`, site);
    expect(decoding).toThrow(message);
    expect(decoding).toThrow(expect.objectContaining({ code: 'bad-encoding' }));
  });
});

describe('sitemaps', () => {
  const pages = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, at) => [`${site}/${at}`, page(`P${at}`)]));

  it('give their pages after those of the list, each once, up to the limit', async () => {
    const { load, log } = web({
      ...pages(5),
      [`${site}/maps.xml`]: sitemap({ [`${site}/map.xml`]: '' }, 'sitemap', 'sitemapindex'),
      [`${site}/map.xml`]: sitemap({
        ...{ [`${site}/1`]: '', [`${site}/2`]: '2026-11-01', [`${site}/3`]: '', [`${site}/4`]: '' },
        'https://elsewhere.example/9': '',
      }),
    });
    const params = { pages: [`${site}/0`, `${site}/1`], sitemaps: [`${site}/maps.xml`] };
    const documents = await load({ ...params, limit: 2 });
    expect(documents.map(({ id }) => id)).toEqual([0, 1, 2, 3].map((at) => `${site}/${at}`));
    expect(documents[2]?.metadata).toMatchObject({ changed: '2026-11-01' });
    expect(log).toHaveBeenCalledWith('warning', expect.stringMatching(/more than 2 pages/));
    const under = await load({ ...params, under: [`${site}/4`] });
    expect(under.map(({ id }) => id)).toEqual([0, 1, 4].map((at) => `${site}/${at}`));
  });

  it('may be packed, or a text with an address a line', async () => {
    const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
    const xml = sitemap({ [`${site}/a?x=1&amp;y=2`]: '' });
    const listed = { pages: [{ url: `${site}/a?x=1&y=2`, changed: '' }], maps: [] };
    expect(await readSitemap(gzipSync(xml), `${site}/map.xml.gz`)).toEqual(listed);
    expect(await readSitemap(encode(`${site}/a?x=1&y=2\n`), `${site}/map.txt`)).toEqual(listed);
  });

  it.each([
    ['a page', '<html><body>No list</body></html>', 'bad-input'],
    ['words', 'nothing to see', 'bad-input'],
    ['a deep tree', '<urlset>'.repeat(100_000), 'bad-input'],
    ['what unpacks without end', gzipSync(Buffer.alloc(largestSitemap + 1)), 'too-large'],
    ['what is not packed', Buffer.from([0x1f, 0x8b, 1, 2, 3]), 'bad-input'],
  ])('are no %s', async (_, body, code) => {
    const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body;
    await expect(readSitemap(bytes, `${site}/map.xml`)).rejects.toMatchObject({ code });
  });
});

describe('looking again', () => {
  it('is done for pages that are new only, unless it is told to', async () => {
    const { answers, asked, load } = web({ [`${site}/a`]: page('A'), [`${site}/b`]: page('B') });
    await load({ pages: [`${site}/a`] });
    answers[`${site}/a`] = page('Changed');
    const params = { pages: [`${site}/a`, `${site}/b`] };
    expect((await load(params)).map(({ title }) => title[0])).toEqual(['A', 'B']);
    expect(asked).toEqual([`${site}/b`]);
    // How pages are asked for changes nothing of them.
    await load({ ...params, pause: 5, timeout: 9, limit: 7, unreadable: 'skip' });
    expect(asked).toEqual([]);
    const [renewed] = await load({ ...params, revision: 'today' });
    expect(renewed?.title).toContain('Changed');
    expect(asked).toHaveLength(2);
  });

  it('is done once in each period', async () => {
    const { asked, load } = web({ [`${site}/a`]: page('A') });
    const params = { pages: [`${site}/a`], refresh: 24 };
    await load(params, since('26'));
    await load(params, since('26'));
    expect(asked).toEqual([]);
    await load(params, since('27'));
    expect(asked).toEqual([`${site}/a`]);
  });

  it('asks for the one page of 1,000 that its sitemap says is changed', async () => {
    const entries = Object.fromEntries(
      Array.from({ length: 1000 }, (_, at) => [`${site}/${at}`, '2026-01-01']),
    );
    const answers: Record<string, Answer> = { [`${site}/map.xml`]: sitemap(entries) };
    for (const url of Object.keys(entries)) answers[url] = { type: 'text/plain', body: url };
    const { asked, load } = web(answers);
    const params = { sitemaps: [`${site}/map.xml`], limit: 1000, refresh: 24 };
    await load(params, since('26'));
    expect(asked).toHaveLength(1001);
    answers[`${site}/map.xml`] = sitemap({ ...entries, [`${site}/321`]: '2026-11-26' });
    answers[`${site}/321`] = { type: 'text/plain', body: 'changed' };
    const documents = await load(params, since('27'));
    expect(asked).toEqual([`${site}/map.xml`, `${site}/321`]);
    expect(documents.filter(({ text }) => text === 'changed')).toHaveLength(1);
  });
});

describe('what cannot be read', () => {
  const some = {
    [`${site}/a`]: page('A'),
    [`${site}/refused`]: refusal('The robots.txt asks not to.'),
    [`${site}/c`]: page('C'),
  };
  const pages = [...Object.keys(some), `${site}/gone`];

  it('stops, and what was read before is kept', async () => {
    const { asked, load } = web({ ...some });
    await expect(load({ pages })).rejects.toThrow('The robots.txt asks not to.');
    await expect(load({ pages: [`${site}/a`, `${site}/gone`] })).rejects.toThrow(/answers 404/);
    expect(asked).toEqual([`${site}/gone`]);
  });

  it('is passed over and reported, where that is wanted, and tried again the next time', async () => {
    const { answers, asked, load, log } = web({ ...some });
    const documents = await load({ pages, unreadable: 'skip' });
    expect(documents.map(({ id }) => id)).toEqual([`${site}/a`, `${site}/c`]);
    expect(log.mock.calls.map(([level, , item]) => [level, item])).toEqual([
      ['warning', `${site}/refused`],
      ['warning', `${site}/gone`],
    ]);
    answers[`${site}/gone`] = page('Back');
    expect(await load({ pages, unreadable: 'skip' })).toHaveLength(3);
    expect(asked).toEqual([`${site}/refused`, `${site}/gone`]);
  });

  it('ends the step where there is nothing else', async () => {
    const { load, log } = web({ [`${site}/empty`]: '<html><script>write()</script></html>' });
    await expect(load({ pages: [`${site}/gone`], unreadable: 'skip' })).rejects.toThrow(/404/);
    await expect(load({ pages: [`${site}/empty`] })).rejects.toThrow(/None of the pages has text/);
    expect(log).toHaveBeenLastCalledWith(
      'warning',
      expect.stringMatching(/scripts/),
      `${site}/empty`,
    );
  });
});

describe('in a graph', () => {
  const planned = (params: object) =>
    planGraph(
      parseGraph(
        JSON.stringify({
          graft: 1,
          nodes: { web: { type: 'load-web', version: 1, params } },
          edges: [],
        }),
      ),
      registry,
      { models: () => undefined },
    ).nodes[0];

  it('has the clock among its sources where pages are looked at again', () => {
    expect(planned({ pages: [site] })?.sources).toEqual([]);
    expect(planned({ pages: [site], refresh: 6 })?.sources).toEqual([
      { kind: 'clock', hours: 6, param: 'refresh' },
    ]);
  });

  it.each([
    [{}, /Give addresses/],
    [{ pages: ['file:///etc/passwd'] }, /is no address of the web/],
    [{ pages: ['pottery.example'] }, /begins with https/],
    [{ sitemaps: ['https://me:pw@pottery.example'] }, /without name and password/],
  ])('refuses %j', (params, message) => {
    expect(() => planned(params)).toThrow(message);
  });
});
