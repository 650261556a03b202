import {
  type Document,
  GraphError,
  parseGraph,
  planGraph,
  type RunContext,
  type WebReply,
  type WebRequest,
} from '@graft/graph';
import { describe, expect, it, vi } from 'vitest';
import { registry } from '../definitions.gen.ts';
import { testContext } from '../kit/testing/test-context.ts';
import { loadWeb } from './node.ts';
import { readSitemap } from './read-sitemap.ts';
import { run } from './run.ts';
import { sitemap } from './testing/sitemap.ts';

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
/** A web of some answers, which counts what it is asked, and the context of a node that keeps what it has read. */
function web(answers: Record<string, Answer>) {
  const asked: string[] = [];
  const known: WebRequest['known'][] = [];
  const log = vi.fn();
  const ctx = testContext({
    log,
    web: {
      get(url, request) {
        asked.push(url);
        known.push(request.known);
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
  return { answers, asked, known, log, load };
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
    await expect(load({ pages: [`${site}/a.pdf`] })).rejects.toThrow(/is application\/pdf/);
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

  it('are of the site that a redirect leads to, too', async () => {
    const reached = 'https://www.pottery.example';
    const { load } = web({
      [`${site}/map.xml`]: {
        url: `${reached}/maps/1.xml`,
        body: sitemap({
          [`${reached}/1`]: '',
          [`${site}/0`]: '',
          'https://elsewhere.example/': '',
        }),
      },
      ...{ [`${reached}/1`]: page('New'), ...pages(1) },
    });
    const documents = await load({ sitemaps: [`${site}/map.xml`] });
    expect(documents.map(({ id }) => id)).toEqual([`${reached}/1`, `${site}/0`]);
  });

  it('that lead to others without end are bounded', async () => {
    let asked = 0;
    const { load, log } = web(
      new Proxy<Record<string, Answer>>(
        {},
        {
          get(_, url) {
            if (!String(url).includes('/maps/')) return page('P');
            const next = Array.from({ length: 50 }, () => [`${site}/maps/${(asked += 1)}`, '']);
            return asked > 100_000
              ? new Error('without end')
              : sitemap(Object.fromEntries(next), 'sitemap', 'sitemapindex');
          },
        },
      ),
    );
    const params = { pages: [`${site}/0`], sitemaps: [`${site}/maps/0`] };
    expect(await load(params)).toHaveLength(1);
    expect(asked).toBe(200 * 50);
    expect(log).toHaveBeenCalledWith('warning', expect.stringMatching(/more than 200 others/));
  });

  it('give pages under an address however it is written', async () => {
    const { load } = web({ ...pages(2), [`${site}/map.xml`]: sitemap({ [`${site}/1`]: '' }) });
    for (const under of [
      'HTTPS://Pottery.Example',
      `${site}:443/1#top`,
      ' https://pottery.example/',
    ]) {
      expect(await load({ sitemaps: [`${site}/map.xml`], under: [under] })).toHaveLength(1);
    }
  });

  it('with addresses that are too long give the others, and say how many are left out', async () => {
    const long = `${site}/${'a'.repeat(2_000_000)}`;
    const grows = `${site}/${'ä'.repeat(1_000)}`;
    const body = sitemap({ [long]: '', [`${long}&amp;b`]: '', [grows]: '', [`${site}/0`]: '' });
    const { load, log, asked } = web({
      ...pages(2),
      [`${site}/map.xml`]: body,
      [`${site}/list.txt`]: `${long} ${site}/1`,
      [`${site}/maps.xml`]: sitemap({ [long]: '' }, 'sitemap', 'sitemapindex'),
    });
    const sitemaps = ['map.xml', 'list.txt', 'maps.xml'].map((name) => `${site}/${name}`);
    expect((await load({ sitemaps })).map(({ id }) => id)).toEqual([`${site}/0`, `${site}/1`]);
    expect(asked).toHaveLength(5);
    expect(log.mock.calls).toEqual([
      ['warning', 'Skipped 5 addresses of more than 2048 characters in the sitemaps.'],
    ]);
    const { pages: kept } = await readSitemap({ url: site, body: Buffer.from(body) }, site);
    expect(kept).toEqual([{ url: `${site}/0`, changed: '' }]);
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

  it('is done where a page may be larger or smaller than before', async () => {
    const { asked, load } = web({ [`${site}/a`]: page('A') });
    await load({ pages: [`${site}/a`], largest: 8 });
    await load({ pages: [`${site}/a`], largest: 1 });
    expect(asked).toEqual([`${site}/a`]);
  });

  it('has nothing sent again that has not changed', async () => {
    const validators = { etag: '"v1"', modified: '' };
    const answer = { body: page('A'), validators };
    const { answers, asked, known, load } = web({
      [`${site}/a`]: answer,
      [`${site}/map.xml`]: { body: sitemap({ [`${site}/a`]: '' }), validators },
    });
    const params = { sitemaps: [`${site}/map.xml`], refresh: 24 };
    const [first] = await load(params, since('26'));
    expect(known).toEqual([undefined, undefined]);
    for (const url of Object.keys(answers)) answers[url] = { status: 304 };
    // A day is left out, and another page is read meanwhile.
    for (const day of ['28', '29']) expect(await load(params, since(day))).toEqual([first]);
    expect(known.slice(2)).toEqual(
      ['map.xml', 'a', 'map.xml', 'a'].map((path) => ({ url: `${site}/${path}`, validators })),
    );
    answers[`${site}/a`] = { body: page('Changed'), validators: { etag: '"v2"', modified: '' } };
    expect((await load(params, since('30')))[0]?.title).toContain('Changed');
    // Anew is anew: whatever the site says of it, and read in another way.
    for (const other of [{ revision: 'new' }, { content: 'all' }, { largest: 9 }]) {
      answers[`${site}/map.xml`] = sitemap({ [`${site}/a`]: '' });
      await load({ ...params, ...other }, since('30'));
      expect([asked.at(-1), known.at(-1)]).toEqual([`${site}/a`, undefined]);
    }
  });

  it('does not take for kept what it never had', async () => {
    const { load } = web({ [`${site}/a`]: { status: 304 } });
    await expect(load({ pages: [`${site}/a`] })).rejects.toThrow(/answered 304/);
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
    await expect(load({ pages: [`${site}/a`, `${site}/gone`] })).rejects.toThrow(/answered 404/);
    expect(asked).toEqual([`${site}/gone`]);
  });

  it.each([
    [404, /answered 404\. Check the address/],
    [503, /answered 503\. .* Run again later/],
  ])('is told by what a site answers: %s', async (status, message) => {
    const { load } = web({ [`${site}/a`]: { status } });
    await expect(load({ pages: [`${site}/a`] })).rejects.toThrow(message);
  });

  it('is told from what sitemaps do not list', async () => {
    const elsewhere = sitemap({ 'https://other.example/a': '' });
    const { load } = web({ [`${site}/map.xml`]: elsewhere });
    await expect(load({ sitemaps: [`${site}/map.xml`] })).rejects.toMatchObject({
      message: expect.stringMatching(/^The sitemaps list no page/),
      location: { param: 'sitemaps' },
    });
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

  it('is said once where it is the whole site', async () => {
    const other = 'https://other.example';
    const lost = refusal('The robots.txt of other.example cannot be had.');
    const { load, log } = web({
      ...{ [`${site}/a`]: page('A'), [`${other}/1`]: lost, [`${other}/2`]: lost },
    });
    const documents = await load({
      ...{ pages: [`${other}/1`, `${other}/2`, `${site}/a`], unreadable: 'skip' },
    });
    expect(documents.map(({ id }) => id)).toEqual([`${site}/a`]);
    expect(log.mock.calls).toEqual([['warning', lost.message, `${other}/1`]]);
  });

  it('ends the step where there is nothing else', async () => {
    const { load, log } = web({ [`${site}/empty`]: '<html><script>write()</script></html>' });
    await expect(load({ pages: [`${site}/gone`], unreadable: 'skip' })).rejects.toThrow(/404/);
    await expect(load({ pages: [`${site}/empty`] })).rejects.toThrow(
      /None of the pages has readable text/,
    );
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
    [{}, /Add addresses/],
    [{ pages: ['file:///etc/passwd'] }, /is not a web address/],
    [{ pages: ['pottery.example'] }, /must begin with https/],
    [{ pages: [site], under: ['guides/'] }, /"guides\/" is not a web address/],
    [{ sitemaps: ['https://me:pw@pottery.example'] }, /without name and password/],
  ])('refuses %j', (params, message) => {
    expect(() => planned(params)).toThrow(message);
  });
});
