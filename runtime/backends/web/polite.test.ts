import type { RequestListener } from 'node:http';
import { describe, expect, it } from 'vitest';
import { HostPauses } from './host-pauses.ts';
import { client, refusal, request, site } from './testing/small-site.ts';

describe('robots.txt', () => {
  const polite = { ...request, robots: true };
  const answering =
    (status: number, text: string): RequestListener =>
    ({ url }, response) => {
      if (url === '/robots.txt') response.writeHead(status).end(text);
      else if (url === '/elsewhere') response.writeHead(302, { location: '/private/b' }).end();
      else response.end('page');
    };

  it('is read once, and kept to, also after a redirect', async () => {
    const rules = 'User-agent: *\nDisallow: /\n\nUser-agent: graft\nDisallow: /private/\n';
    const { url, asked } = await site(answering(200, rules));
    const web = client([url]);
    expect(await web.get(`${url}/open`, polite)).toMatchObject({ status: 200 });
    for (const path of ['/private/a', '/elsewhere']) {
      expect((await refusal(web.get(url + path, polite))).message).toMatch(/forbids reading/);
    }
    expect(asked).toEqual(['/robots.txt', '/open', '/elsewhere']);
  });

  it('that a site does not have forbids nothing', async () => {
    const { url } = await site(answering(404, ''));
    expect(await client([url]).get(url, polite)).toMatchObject({ status: 200 });
  });

  it('that cannot be had forbids everything, and is said of the site', async () => {
    const { url, asked } = await site(answering(503, ''));
    const web = client([url]);
    const [first, second] = [
      await refusal(web.get(`${url}/a`, polite)),
      await refusal(web.get(`${url}/b`, polite)),
    ];
    expect(first.message).toMatch(
      /no page of 127\.0\.0\.1:\d+, because it cannot read its robots\.txt.*answered 503/,
    );
    expect(second.message).toBe(first.message);
    expect(asked).toEqual(['/robots.txt', '/robots.txt']);
    const slow = await site(() => undefined);
    const error = await refusal(client([slow.url]).get(slow.url, { ...polite, seconds: 0.2 }));
    expect(error.message).toMatch(/cannot read its robots\.txt.*takes more than 0\.2 s/);
  });

  it('is asked for again where a connection was lost', async () => {
    let lost = 0;
    const { url, asked } = await site((asking, response) => {
      if (asking.url === '/robots.txt' && (lost += 1) === 1) response.destroy();
      else
        response.end(asking.url === '/robots.txt' ? 'User-agent: *\nDisallow: /private' : 'page');
    });
    const web = client([url]);
    expect(await web.get(`${url}/open`, polite)).toMatchObject({ status: 200 });
    await refusal(web.get(`${url}/private`, polite));
    expect(asked).toEqual(['/robots.txt', '/robots.txt', '/open']);
  });

  it('is read no further than its rules may go', async () => {
    const rules = `User-agent: *\nDisallow: /private/\n${'# endless\n'.repeat(200_000)}`;
    const { url } = await site(answering(200, rules));
    const web = client([url]);
    expect(await web.get(`${url}/open`, polite)).toMatchObject({ status: 200 });
    await refusal(web.get(`${url}/private/a`, polite));
  });
});

it('leaves a pause after each reply of a host, of all who ask it at once', async () => {
  const times: number[] = [];
  const { url } = await site((_, response) => {
    times.push(performance.now());
    response.end();
  });
  const pauses = new HostPauses();
  // Of two steps, as each has a client of its own.
  const [one, other] = [client([url], { pauses }), client([url], { pauses })];
  await Promise.all(
    ['/a', '/b', '/c', '/d'].map((path, at) =>
      (at % 2 === 0 ? one : other).get(url + path, { ...request, pause: 0.1 }),
    ),
  );
  const gaps = times.slice(1).map((time, at) => time - (times[at] ?? 0));
  expect(gaps).toHaveLength(3);
  // A timer may be early by a millisecond.
  for (const gap of gaps) expect(gap).toBeGreaterThan(95);
});

it('keeps the turns where one gives up, and where one fails', async () => {
  const pauses = new HostPauses();
  const asked: string[] = [];
  const turn = (name: string, signal = request.signal): Promise<void> =>
    pauses.turn('one.example', { seconds: 0.01, signal }, () => {
      asked.push(name);
      return name === 'fails' ? Promise.reject(new Error('lost')) : Promise.resolve();
    });
  const gone = new AbortController();
  const all = Promise.allSettled([turn('fails'), turn('gone', gone.signal), turn('last')]);
  gone.abort();
  expect((await all).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled']);
  expect(asked).toEqual(['fails', 'last']);
});

it('remembers no pause that has ended', async () => {
  const pauses = new HostPauses();
  const { signal } = request;
  for (let at = 0; at < 5000; at++) {
    await pauses.turn(`${at}.example`, { seconds: 1e-9, signal }, () => Promise.resolve());
  }
  expect(pauses.held).toBeLessThanOrEqual(1000);
});
