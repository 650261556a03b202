import type { OutgoingHttpHeaders } from 'node:http';
import { describe, expect, it } from 'vitest';
import { HostPauses, busyHost, restOf } from './host-pauses.ts';
import { client, refusal, request, site } from './testing/small-site.ts';

const inSeconds = (seconds: number): string => new Date(Date.now() + seconds * 1000).toUTCString();

describe('what a reply says of its host', () => {
  it.each([
    [200, '5', undefined],
    [500, '5', undefined],
    [503, undefined, undefined],
    [503, 'soon', undefined],
    [503, '5', { status: 503, seconds: 5 }],
    [429, undefined, { status: 429, seconds: undefined }],
    [429, '-5', { status: 429, seconds: undefined }],
    [429, ' 0 ', { status: 429, seconds: 0 }],
    [429, inSeconds(-100), { status: 429, seconds: 0 }],
  ])('of %s with %j is %j', (status, retryAfter, said) => {
    expect(busyHost(status, retryAfter)).toEqual(said);
  });

  it('is told by a date, too', () => {
    const { seconds } = busyHost(429, inSeconds(90)) ?? {};
    expect(seconds).toBeGreaterThan(85);
    expect(seconds).toBeLessThanOrEqual(90);
  });

  it.each([
    ['9'.repeat(400), 3600],
    [inSeconds(1e8), 3600],
    ['0', 1],
    [undefined, 60],
  ])('is believed within bounds: %s', (retryAfter, seconds) => {
    expect(restOf(busyHost(429, retryAfter) ?? { status: 0, seconds: 7 }).seconds).toBe(seconds);
  });
});

describe('a host that is busy', () => {
  /** A site that answers each path with these in turn, the last of them again and again. */
  const busy = (...answers: (readonly [number, OutgoingHttpHeaders?])[]) => {
    let next = 0;
    return site((_, response) => {
      const [status, headers] = answers[Math.min(next, answers.length - 1)] ?? [200];
      next += 1;
      response.writeHead(status, headers ?? {}).end('page');
    });
  };

  it('is left alone for as long as it says, by all who ask, and asked again', async () => {
    const { url, asked } = await busy([429, { 'retry-after': '1' }], [200]);
    const pauses = new HostPauses();
    const [one, other] = [client([url], { pauses }), client([url], { pauses })];
    const began = performance.now();
    const first = one.get(`${url}/a`, { ...request, pause: 0.001 });
    await expect.poll(() => asked).toEqual(['/a']);
    const second = other.get(`${url}/b`, request);
    expect([(await first).status, (await second).status]).toEqual([200, 200]);
    expect(performance.now() - began).toBeGreaterThan(995);
    expect(asked).toHaveLength(3);
  });

  it.each([
    ['too long to wait', [429, { 'retry-after': '600' }], 1],
    ['without saying for how long', [429], 1],
    ['and unwell for a while', [503, { 'retry-after': inSeconds(600) }], 1],
    ['however often it is asked', [503, { 'retry-after': '0' }], 3],
  ] as const)(
    '%s is not asked by anybody else, and all are told the same',
    async (_, answer, times) => {
      const { url, asked } = await busy([...answer]);
      const pauses = new HostPauses();
      const messages = new Set<string>();
      for (const path of ['/a', '/b', '/c']) {
        const web = client([url], { pauses });
        messages.add((await refusal(web.get(url + path, request))).message);
      }
      expect([...messages]).toEqual([
        expect.stringMatching(
          /^127\.0\.0\.1:\d+ gets too many requests, or has a fault: it answered (429|503)\. Graft sends it nothing until \d\d:\d\d:\d\d UTC\. Run again then/,
        ),
      ]);
      expect(asked).toHaveLength(times);
    },
  );

  it('is one that is unwell for one page after another', async () => {
    const { url, asked } = await busy([503], [503], [200], [503]);
    const web = client([url]);
    const statuses: number[] = [];
    for (let page = 0; page < 5; page += 1) {
      statuses.push((await web.get(`${url}/${page}`, request)).status);
    }
    expect(statuses).toEqual([503, 503, 200, 503, 503]);
    for (const path of ['/5', '/6']) {
      expect((await refusal(web.get(url + path, request))).message).toMatch(/sends it nothing/);
    }
    expect(asked).toHaveLength(6);
  });

  it('says so by its robots.txt, too, and hinders no other host', async () => {
    const [{ url, asked }, well] = [await busy([429]), await busy([200])];
    const web = client([url, well.url]);
    const polite = { ...request, robots: true };
    for (const path of ['/a', '/b']) {
      expect((await refusal(web.get(url + path, polite))).message).toMatch(/answered 429/);
    }
    expect(asked).toEqual(['/robots.txt']);
    expect(await web.get(well.url, request)).toMatchObject({ status: 200 });
  });
});

it('is left at once by whoever gives up while it rests', async () => {
  const { url } = await site((_, response) => {
    response.writeHead(503, { 'retry-after': '50' }).end();
  });
  const gone = new AbortController();
  const waiting = client([url]).get(url, { ...request, signal: gone.signal });
  setTimeout(() => {
    gone.abort(new Error('enough'));
  }, 200);
  await expect(waiting).rejects.toThrow('enough');
});
