import {
  type Document,
  GraphError,
  type Question,
  type RunContext,
  type WebRequest,
} from '@graft/graph';
import { describe, expect, it, vi } from 'vitest';
import { rowsInput, testContext } from '../kit/testing/test-context.ts';
import { searchWeb, searchAddress } from './node.ts';
import { run } from './run.ts';

const engine = 'http://127.0.0.1:8888';
const site = 'https://news.example';
type Answer = string | number | Error | readonly string[];

/** A web of a search engine and pages, and a node that keeps what it has found. */
function web(answers: Record<string, Answer>) {
  const asked: string[] = [];
  const requests: WebRequest[] = [];
  const log = vi.fn();
  const ctx = testContext({
    log,
    web: {
      get(url, request) {
        asked.push(url);
        requests.push(request);
        const { pathname, searchParams, origin } = new URL(url);
        const isSearch = origin === engine && pathname === '/search';
        const answer = answers[isSearch ? (searchParams.get('q') ?? '') : url] ?? 404;
        if (answer instanceof Error) return Promise.reject(answer);
        const status = typeof answer === 'number' ? answer : 200;
        const results = Array.isArray(answer)
          ? answer.map((found: string) => ({ url: found }))
          : [];
        const body = typeof answer === 'string' ? answer : JSON.stringify({ query: '', results });
        return Promise.resolve({ url, status, type: 'text/plain', body: Buffer.from(body) });
      },
    },
  });
  const load = async (
    words: readonly string[],
    given: Readonly<Record<string, unknown>> = {},
    parts: Partial<RunContext> = {},
  ): Promise<Document[]> => {
    asked.length = 0;
    const questions: Question[] = words.map((question) => ({ id: question, question }));
    const params = searchWeb.params.parse(given);
    const inputs = { questions: rowsInput(questions) };
    const { documents } = await run.run({ ...ctx, ...parts }, inputs, params);
    const rows: Document[] = [];
    for await (const row of documents) rows.push(row);
    return rows;
  };
  return { answers, asked, requests, log, load };
}
const since = (day: string): Partial<RunContext> => ({
  sources: [{ kind: 'clock', param: 'refresh', since: `2026-11-${day}T00:00:00.000Z` }],
});

describe('the address', () => {
  it.each([
    ['http://127.0.0.1:8888/', engine],
    [' HTTP://127.0.0.1:8888/search ', engine],
    ['https://example.com/searx/', 'https://example.com/searx'],
  ])('is one however it is written: %s', (text, address) => {
    expect(searchAddress(text)).toBe(address);
  });

  it.each(['', 'localhost:8888', 'file:///etc', 'https://me:pw@a.example', `${engine}?q=x`])(
    'is refused where it is none, or holds more: %s',
    (url) => {
      const params = searchWeb.params.parse({ url });
      expect(searchWeb.check?.(params, {}, () => undefined)).toMatchObject([{ param: 'url' }]);
    },
  );
});

describe('a search', () => {
  const pages = Object.fromEntries(
    ['a', 'b', 'c', 'd'].map((at) => [`${site}/${at}`, `Page ${at}`]),
  );
  const found = (...names: string[]): string[] => names.map((name) => `${site}/${name}`);

  it('gives the pages that it finds, each once, question by question', async () => {
    const { load, asked, requests } = web({
      ...pages,
      ...{ kiln: found('a', 'b', 'c'), glaze: found('b', 'd') },
    });
    const documents = await load(['kiln', 'glaze'], { top: 2, language: 'en', age: 'week' });
    expect(documents.map(({ id, text }) => [id, text])).toEqual([
      [`${site}/a`, 'Page a'],
      [`${site}/b`, 'Page b'],
      [`${site}/d`, 'Page d'],
    ]);
    expect(asked[0]).toBe(`${engine}/search?q=kiln&format=json&language=en&time_range=week`);
    // What it asks is of the workspace; what a page is asked for is not, and is read by its site's rules.
    expect(requests.map(({ asks = false, robots }) => [asks, robots])).toEqual([
      ...[
        [true, false],
        [false, true],
        [false, true],
        [true, false],
        [false, true],
      ],
    ]);
  });

  it('takes the next page where one cannot be read, and says so', async () => {
    const refused = new GraphError('unavailable', 'It is of a private network.');
    const { load, log } = web({
      ...{ ...pages, kiln: ['http://10.0.0.1/', `${site}/gone`, ...found('a', 'b', 'c')] },
      'http://10.0.0.1/': refused,
    });
    const documents = await load(['kiln'], { top: 2 });
    expect(documents.map(({ id }) => id)).toEqual(found('a', 'b'));
    expect(log.mock.calls).toEqual([
      ['warning', 'It is of a private network.', 'kiln'],
      ['warning', expect.stringContaining('answered 404'), 'kiln'],
    ]);
  });

  it('says once what is wrong with a site', async () => {
    const busy = new GraphError('unavailable', 'news.example is asked too often.');
    const { load, log } = web({
      ...{ kiln: found('a', 'b', 'c'), [`${site}/a`]: busy, [`${site}/b`]: busy },
      [`${site}/c`]: 'Page c',
    });
    expect(await load(['kiln'])).toHaveLength(1);
    expect(log.mock.calls).toEqual([['warning', 'news.example is asked too often.', 'kiln']]);
  });

  it('gives a place to pages that say something, each once', async () => {
    const { load, log } = web({
      ...{ ...pages, [`${site}/empty`]: '  ' },
      kiln: [`${site}/empty`, `${site}/a#top`, ...found('a', 'b', 'c')],
    });
    const documents = await load(['kiln'], { top: 2 });
    expect(documents.map(({ id }) => id)).toEqual(found('a', 'b'));
    expect(log.mock.calls).toEqual([['warning', `${site}/empty has no text.`, 'kiln']]);
  });

  it('passes over results that lead nowhere', async () => {
    const results = [{ url: null }, 'odd', { title: 'odd' }, { url: 7 }, { url: 'about:blank' }];
    const { load } = web({
      ...{ ...pages, kiln: JSON.stringify({ results: [...results, { url: `${site}/a` }] }) },
    });
    expect((await load(['kiln'])).map(({ id }) => id)).toEqual(found('a'));
  });

  it('that found nothing while engines were silent is made again', async () => {
    const silent = {
      results: [],
      unresponsive_engines: [
        ['google', 'timeout'],
        ['bing', 'CAPTCHA'],
      ],
    };
    const { answers, asked, load, log } = web({ ...pages, kiln: JSON.stringify(silent) });
    await expect(load(['kiln'])).rejects.toThrow(
      /127\.0\.0\.1:8888 found nothing.*google \(timeout\), bing \(CAPTCHA\)\. Run again later/,
    );
    answers['kiln'] = JSON.stringify({ ...silent, results: [{ url: `${site}/a` }] });
    expect(await load(['kiln'])).toHaveLength(1);
    expect(asked).toHaveLength(2);
    expect(log).toHaveBeenCalledWith('warning', expect.stringMatching(/google \(timeout\)/));
    // What was found with the others stands.
    await load(['kiln']);
    expect(asked).toEqual([]);
  });

  it('is made once in a period, for questions that are new', async () => {
    const { asked, load } = web({ ...pages, ...{ kiln: found('a'), glaze: found('b') } });
    await load(['kiln'], {}, since('26'));
    await load(['kiln', 'glaze'], {}, since('26'));
    expect(asked).toEqual([expect.stringContaining('q=glaze'), `${site}/b`]);
    await load(['kiln'], {}, since('27'));
    expect(asked).toEqual([expect.stringContaining('q=kiln'), `${site}/a`]);
    await load(['kiln'], { revision: 'now' }, since('27'));
    expect(asked).toHaveLength(2);
  });

  it.each([
    [{ kiln: 403 }, /add json to search\.formats/],
    [{ kiln: 500 }, /answered a search with 500/],
    [{ kiln: '<html>' }, /did not answer with JSON results/],
    [{ kiln: '{"results":[{}]}' }, /did not answer with JSON results/],
    [
      { kiln: new GraphError('too-large', 'Large.') },
      /more than 4 MiB, so it is probably not a search engine/,
    ],
    [{ kiln: 431 }, /refused a question of 4 characters \(431\): “kiln…”\. Shorten it/],
    [
      {
        kiln: '{"results":[],"unresponsive_engines":[["a\\u001b[31m\\nb\\u202e","x"],["c","y"]]}',
      },
      /did not answer: a \[31m b \(x\), c \(y\)\. Run/,
    ],
    [{ kiln: [] }, /found no page for any question/],
    [{ kiln: [`${site}/gone`] }, /answered 404/],
    [{ kiln: new GraphError('unavailable', 'Nobody is there.') }, /Nobody is there/],
  ] satisfies [Record<string, Answer>, RegExp][])(
    'that comes to nothing says why: %j',
    async (answers, message) => {
      await expect(web(answers).load(['kiln'])).rejects.toThrow(message);
    },
  );
});
