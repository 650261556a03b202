import { beforeAll, describe, expect, it } from 'vitest';
import type { RunningServer } from './start-server.ts';
import { OpenedSocket } from './testing/opened-socket.ts';
import { askAt, cookieOf, ServedPage, type Answer } from './testing/served-page.ts';

const token = 'correct-horse';
const html = { accept: 'text/html,*/*' };
let served: ServedPage;
let server: RunningServer;

const ask = (path: string, headers: Record<string, string> = {}): Promise<Answer> =>
  askAt(server.url, path, { headers });

/** Sends the form of the page that asks for the token. */
const send = (
  fields: Record<string, string>,
  headers: Record<string, string> = {},
  at = server.url,
): Promise<Answer> =>
  askAt(at, '/enter', {
    headers: { ...html, 'content-type': 'application/x-www-form-urlencoded', ...headers },
    body: new URLSearchParams(fields).toString(),
  });

beforeAll(async () => {
  served = await ServedPage.open();
  server = await served.serve({ token });
  return () => served[Symbol.asyncDispose]();
});

describe('the token in the address', () => {
  it('is demanded, and exchanged for a cookie and a path that need no token', async () => {
    expect((await ask('/')).status).toBe(401);
    expect((await ask('/?token=wrong')).status).toBe(401);
    const { pathname, search } = new URL(server.url);
    const exchange = await ask(`${pathname}${search}&graph=a.graft.json`);
    expect(exchange.status).toBe(303);
    const location = String(exchange.headers['location']);
    expect(location).toMatch(/^\/s\/[\w-]{22}\/\?graph=a\.graft\.json$/);
    const cookie = String(exchange.headers['set-cookie']);
    expect(cookie).toMatch(/HttpOnly/);
    expect(cookie).toMatch(/SameSite=Strict/);
    expect(cookie).not.toContain(token);
    const known = { cookie: `other=1; ${cookieOf(exchange)}` };
    const page = await ask(location, known);
    expect(page.status).toBe(200);
    // Whoever opens the page stays known.
    expect(cookieOf(page)).toMatch(/^graft-session=/);
    const api = new URL('api/trpc/graphs.list', new URL(location, server.url)).pathname;
    expect((await ask(api, known)).status).toBe(200);
  });

  it('leaves neither path nor cookie to do without the other', async () => {
    const exchange = await ask(`/?token=${token}`);
    const path = String(exchange.headers['location']);
    const known = { cookie: cookieOf(exchange) };
    expect((await ask(path)).status).toBe(401);
    expect((await ask('/', known)).status).toBe(401);
    expect((await ask('/api/trpc/graphs.list', known)).status).toBe(401);
    expect((await ask(`/s/${'x'.repeat(22)}/`, known)).status).toBe(401);
    expect((await ask(path, { cookie: `graft-session=${token}` })).status).toBe(401);
    const socket = new URL(`${path}api/live`, server.url).href;
    await expect(OpenedSocket.open(socket)).rejects.toThrow(/^401/);
    const opened = await OpenedSocket.open(socket, known);
    opened.close();
  });

  it('leads nowhere but to the page', async () => {
    const answer = await ask(`//evil.example/x?token=${token}`);
    expect(answer.headers['location']).toMatch(/^\/s\/[\w-]{22}\/$/);
  });

  it('is exchanged on a page of ours where another site linked, since its redirect would lose the cookie', async () => {
    const headers = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' };
    const answer = await ask(`/?token=${token}&graph=%22%3E%3Cscript%3E`, headers);
    expect(answer.status).toBe(200);
    expect(String(answer.headers['set-cookie'])).toContain('SameSite=Strict');
    expect(answer.body).toContain('http-equiv="refresh"');
    expect(answer.body).not.toContain('<script');
    expect(answer.headers['content-security-policy']).toContain("default-src 'none'");
  });
});

describe('a link of another site into the workspace', () => {
  const linked = { ...html, 'sec-fetch-mode': 'navigate', 'sec-fetch-site': 'cross-site' };

  it('asks again from a page of ours, where the browser has its cookie', async () => {
    const exchange = await ask(`/?token=${token}`);
    const path = `${String(exchange.headers['location'])}?graph=a.graft.json&x=%22`;
    for (const site of ['cross-site', 'same-site']) {
      const answer = await ask(path, { ...linked, 'sec-fetch-site': site });
      expect(answer.status).toBe(200);
      expect(answer.body).toContain(`content="0;url=${path.replace('&', '&amp;')}"`);
      expect(answer.headers['set-cookie']).toBeUndefined();
    }
    const again = { ...linked, 'sec-fetch-site': 'same-origin' };
    expect((await ask(path, { ...again, cookie: cookieOf(exchange) })).status).toBe(200);
    expect((await ask(path, again)).status).toBe(401);
  });

  it('is answered alike whether its path is valid or not, and asks for the token elsewhere', async () => {
    const wrong = await ask(`/s/${'x'.repeat(22)}/`, linked);
    expect(wrong.status).toBe(200);
    expect(wrong.body).toContain('http-equiv="refresh"');
    expect((await ask('/?graph=a.graft.json', linked)).status).toBe(401);
  });
});

describe('the page that asks for the token', () => {
  it('says what is wrong, and to the API in its own form', async () => {
    const missing = await ask('/', html);
    expect(missing.status).toBe(401);
    expect(missing.headers['content-type']).toContain('text/html');
    expect(missing.body).toContain('lacks its token');
    // For a stranger.
    expect(missing.body).not.toContain('--no-token');
    expect((await ask('/?token=wrong', html)).body).toContain('Wrong token for this workspace');
    const answer = await ask('/api/trpc/graphs.list');
    expect(answer.status).toBe(401);
    expect(JSON.parse(answer.body)).toMatchObject({
      error: { data: { problems: [{ code: 'no-access' }] } },
    });
  });

  it('holds nothing that a policy would have to allow', async () => {
    const { headers, body } = await ask('/?graph=%22%3E%3Cscript%3Ealert(1)%3C/script%3E', html);
    expect(body).not.toContain('<script>alert');
    expect(body).not.toMatch(/https?:\/\//);
    const policy = String(headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain('unsafe');
    // Browsers call the origin of a form "null" where no referrer is sent.
    expect(headers['referrer-policy']).toBe('same-origin');
  });

  it('takes the token, or the whole address, and keeps the rest of the address', async () => {
    for (const given of [token, ` ${token}\n`, `http://127.0.0.1:3000/?token=${token}&x=1`]) {
      const entered = await send({ token: given, query: 'graph=a.graft.json' });
      expect(entered.status).toBe(303);
      expect(entered.headers['location']).toMatch(/^\/s\/[\w-]{22}\/\?graph=a\.graft\.json$/);
      const known = { cookie: cookieOf(entered) };
      expect((await ask(String(entered.headers['location']), known)).status).toBe(200);
    }
  });

  it('refuses a wrong one, another site’s form and one that is too long', async () => {
    const wrong = await send({ token: 'wrong', query: 'graph=a.graft.json' });
    expect(wrong.status).toBe(401);
    expect(wrong.body).toContain('Wrong token for this workspace');
    expect(wrong.body).toContain('value="graph=a.graft.json"');
    const foreign = await send({ token }, { origin: 'http://evil.example' });
    expect(foreign.status).toBe(403);
    expect((await send({ token: 'x'.repeat(20_000) })).status).toBe(413);
  });

  it('counts ten wrong tokens, and takes the right one all the same', async () => {
    const guessed = await served.serve({ token });
    for (let count = 0; count < 5; count += 1) {
      expect((await send({ token: 'wrong' }, {}, guessed.url)).status).toBe(401);
      expect((await askAt(guessed.url, '/?token=wrong')).status).toBe(401);
    }
    const limited = await send({ token: 'wrong' }, {}, guessed.url);
    expect(limited.status).toBe(429);
    expect(limited.body).toContain('Too many tries with a wrong token');
    expect((await send({ token }, {}, guessed.url)).status).toBe(303);
    expect((await askAt(guessed.url, `/?token=${token}`)).status).toBe(303);
  });
});

describe('the printed address', () => {
  it('has a token that was made up where none is given', async () => {
    const { url, unguarded } = await served.serve();
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]{32}$/);
    expect(unguarded).toBe(false);
  });

  it('opens the workspace and can be pasted, whatever the token consists of', async () => {
    const { url } = await served.serve({ token: 'a+b/c=d&e#f%20g h' });
    const { pathname, search } = new URL(url);
    expect((await askAt(url, pathname + search)).status).toBe(303);
    expect((await send({ token: url }, {}, url)).status).toBe(303);
  });

  it('has a token that was made up where an empty one is given', async () => {
    const { url } = await served.serve({ token: '' });
    expect(url).toMatch(/\?token=[\w-]{32}$/);
    expect((await askAt(url, '/?token=')).status).toBe(401);
  });

  it('can be opened, also where every address is bound, and says when anybody may do all', async () => {
    const open = await served.serve({ host: '0.0.0.0', token: null });
    expect(open.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
    expect(open.unguarded).toBe(true);
    const proxied = await served.serve({ token: null, allowHosts: ['graft.example.com'] });
    expect(proxied.unguarded).toBe(true);
    expect(proxied.proxyUrls).toEqual(['https://graft.example.com/']);
  });

  it('has the next free port, where one was not asked for', async () => {
    const taken = Number(new URL(server.url).port);
    const next = await served.serve({ port: taken, orNextPort: true });
    expect(Number(new URL(next.url).port)).toBeGreaterThan(taken);
    await expect(served.serve({ port: taken })).rejects.toThrow(
      `Port ${String(taken)} is taken. Stop what uses it, or choose another with --port.`,
    );
  });
});
