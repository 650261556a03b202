import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Questions } from '@graft/graph';
import { openWorkspace, type Workspace } from '@graft/workspace';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { contentSecurityPolicy, inlineScriptHashes } from './content-policy.ts';
import { startServer, type RunningServer } from './start-server.ts';

const page = '<!doctype html><script>let a = 1</script><script src="/_next/static/x.js"></script>';
let folder: string;
let workspace: Workspace;
let server: RunningServer;
let port: number;

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: string;
}

/** A raw request: `fetch` would tidy the path and forbid the headers that an attack sets. */
function ask(path: string, headers: Record<string, string> = {}, body?: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const method = body === undefined ? 'GET' : 'POST';
    const sent = request({ host: '127.0.0.1', port, path, method, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (part: string) => (text += part));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }),
      );
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

function query(name: string, input: unknown): Promise<Answer> {
  return ask(`/api/trpc/${name}?input=${encodeURIComponent(JSON.stringify(input))}`);
}
function mutate(name: string, input: unknown): Promise<Answer> {
  return ask(`/api/trpc/${name}`, { 'content-type': 'application/json' }, JSON.stringify(input));
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'graft-server-'));
  const root = join(folder, 'workspace');
  const pages = join(folder, 'out');
  await mkdir(root);
  await mkdir(join(pages, '_next', 'static'), { recursive: true });
  await writeFile(join(pages, 'index.html'), page);
  await writeFile(join(pages, '_next', 'static', 'x.js'), '1');
  await writeFile(join(pages, '.hidden'), 'no');
  await writeFile(join(folder, 'secret.txt'), 'no');
  await symlink(join(folder, 'secret.txt'), join(pages, 'link.txt'));
  workspace = await openWorkspace({ root, modelsFolder: join(folder, 'models') });
  server = await startServer({ workspace, host: '127.0.0.1', port: 0, staticFolder: pages });
  port = Number(new URL(server.url).port);
  return async () => {
    await server.close();
    await workspace[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  };
}, 30_000);

describe('who may ask', () => {
  it('answers its own page', async () => {
    expect((await ask('/')).body).toBe(page);
    const own = { host: `localhost:${port}`, origin: `http://localhost:${port}` };
    expect((await ask('/api/trpc/graphs.list', own)).status).toBe(200);
  });

  it.each([
    ['a foreign host', { host: 'evil.example' }],
    ['a host that only begins like ours', { host: '127.0.0.1.evil.example' }],
    ['our host at another port', { host: '127.0.0.1:1' }],
    ['a foreign origin', { origin: 'http://evil.example' }],
    ['an origin at another port', { origin: 'http://127.0.0.1:1' }],
    ['an opaque origin', { origin: 'null' }],
    ['another site', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' }],
  ])('refuses %s with one plain sentence', async (_name, headers) => {
    for (const path of ['/', '/api/trpc/graphs.list']) {
      const answer = await ask(path, headers);
      expect(answer.status).toBe(403);
      expect(answer.body).toMatch(/^[A-Z][^\n]+\.\n$/);
    }
  });
});

describe('what it serves', () => {
  it('sets a policy that lets only the built inline scripts run', async () => {
    const { headers } = await ask('/');
    const [hash = ''] = inlineScriptHashes(page);
    expect(headers['content-security-policy']).toBe(contentSecurityPolicy([hash]));
    expect(headers['content-security-policy']).not.toMatch(/script-src[^;]*unsafe/);
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-cache',
    });
    const script = await ask('/_next/static/x.js');
    expect(script.headers['cache-control']).toContain('immutable');
  });

  it.each([
    '/../secret.txt',
    '/_next/../../secret.txt',
    '/%2e%2e/secret.txt',
    '/..%2fsecret.txt',
    '/_next/static/..%5c..%5c..%5csecret.txt',
    '/.hidden',
    '/link.txt',
    '/%00',
    '/%',
    '//etc/passwd',
  ])('does not serve %s', async (path) => {
    const answer = await ask(path);
    expect(answer.status).toBe(404);
    expect(answer.body).not.toContain('no\n');
  });
});

const text = '{\n  "graft": 1,\n  "nodes": {},\n  "edges": []\n}\n';

describe('the API', () => {
  it('saves, reads and lists', async () => {
    const saved = await mutate('graphs.save', { path: 'a.graft.json', text, base: null });
    expect(saved.status).toBe(200);
    expect((await query('graphs.read', { path: 'a.graft.json' })).body).toContain('graft');
    expect((await ask('/api/trpc/graphs.list')).body).toContain('a.graft.json');
  });

  it('refuses a stale save and overwrites nothing', async () => {
    await mutate('graphs.save', { path: 'stale.graft.json', text, base: null });
    const first = await workspace.readGraph('stale.graft.json');
    const other = text.replace('{}', '{ }');
    await workspace.saveGraph('stale.graft.json', other, first.revision);
    const stale = await mutate('graphs.save', {
      path: 'stale.graft.json',
      text,
      base: first.revision,
    });
    expect(stale.status).toBe(409);
    expect(JSON.parse(stale.body)).toMatchObject({
      error: { data: { problems: [{ code: 'stale-save' }] } },
    });
    expect((await workspace.readGraph('stale.graft.json')).text).toBe(other);
  });

  it.each(['../secret.graft.json', '/etc/passwd', 'a/../../secret.graft.json'])(
    'refuses the path %s outside the workspace',
    async (path) => {
      for (const answer of [
        await query('graphs.read', { path }),
        await mutate('graphs.save', { path, text, base: null }),
      ]) {
        expect(answer.status).toBeGreaterThanOrEqual(400);
        expect(answer.body).not.toContain('"no"');
        expect(JSON.parse(answer.body)).toHaveProperty('error.data.problems');
      }
    },
  );

  it('returns the problems of a plan, located', async () => {
    const graph = '{"graft": 1, "nodes": {"x": {"type": "nope", "version": 1, "params": {}}}}';
    const answer = await mutate('runs.plan', { path: 'a.graft.json', text: graph });
    expect(JSON.parse(answer.body)).toMatchObject({
      result: { data: { problems: [{ code: 'unknown-type', location: { node: 'x' } }] } },
    });
  });

  it('tells of bad input without a stack', async () => {
    for (const answer of [
      await mutate('runs.plan', { path: 'a.graft.json', text: '{' }),
      await mutate('runs.plan', { path: 7 }),
      await query('artifacts.page', { artifact: { digest: 'x' }, offset: 0, limit: 1 }),
      await query('nope', {}),
    ]) {
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(answer.body).not.toMatch(/stack|node_modules|\.ts:/);
      expect(JSON.parse(answer.body)).toHaveProperty('error.data.problems');
    }
  });
});

describe('a token', () => {
  let guarded: RunningServer;
  beforeAll(async () => {
    const options = { workspace, host: '127.0.0.1', port: 0, staticFolder: join(folder, 'out') };
    guarded = await startServer({ ...options, token: 'correct-horse' });
  });
  afterAll(() => guarded.close());

  it('is demanded, taken from the printed address once, and kept in a cookie', async () => {
    const url = new URL(guarded.url);
    const before = port;
    port = Number(url.port);
    try {
      expect((await ask('/')).status).toBe(401);
      expect((await ask('/?token=wrong')).status).toBe(401);
      expect((await ask('/', { cookie: 'graft-token=wrong' })).status).toBe(401);
      const exchange = await ask(url.pathname + url.search);
      expect(exchange.status).toBe(303);
      expect(exchange.headers['location']).toBe('/');
      const cookie = String(exchange.headers['set-cookie']);
      expect(cookie).toMatch(/HttpOnly; SameSite=Strict/);
      const [pair = ''] = cookie.split(';');
      expect((await ask('/', { cookie: `other=1; ${pair}` })).status).toBe(200);
    } finally {
      port = before;
    }
  });

  it('is made up where other machines can reach the server', async () => {
    const open = await startServer({
      workspace,
      host: '0.0.0.0',
      port: 0,
      staticFolder: join(folder, 'out'),
    });
    try {
      expect(open.url).toMatch(/^http:\/\/0\.0\.0\.0:\d+\/\?token=[\w-]{32}$/);
    } finally {
      await open.close();
    }
  });
});

describe('downloads', () => {
  const rows = [
    { id: 'q1', question: 'When is the kiln lit?', reference: 'At noon' },
    { id: 'q2', question: '=SUM(A1)' },
  ];
  async function stored(): Promise<string> {
    const text = rows.map((row) => `${JSON.stringify(row)}\n`).join('');
    return (await workspace.artifacts.put([Buffer.from(text)])).digest;
  }
  const address = (digest: string, other: Record<string, string> = {}): string =>
    `/api/download?${new URLSearchParams({ digest, type: Questions.mediaType, format: 'jsonl', ...other }).toString()}`;

  it('are sent as a file with a safe name, all rows of it', async () => {
    const answer = await ask(address(await stored(), { name: '../../x "y"\r\nSet-Cookie: a=b' }));
    expect(answer.status).toBe(200);
    expect(answer.headers['content-disposition']).toBe(
      'attachment; filename="x-y-Set-Cookie-a-b.jsonl"; filename*=UTF-8\'\'x-y-Set-Cookie-a-b.jsonl',
    );
    expect(answer.headers['set-cookie']).toBeUndefined();
    expect(answer.headers['x-content-type-options']).toBe('nosniff');
    expect(
      answer.body
        .trim()
        .split('\n')
        .map((line): unknown => JSON.parse(line)),
    ).toEqual(rows);
  });

  it('are tables where asked for, in which nothing runs', async () => {
    const { body, headers } = await ask(
      address(await stored(), { format: 'csv', name: 'fragen-für' }),
    );
    expect(body).toContain("'=SUM(A1)");
    expect(headers['content-disposition']).toContain("filename*=UTF-8''fragen-f%C3%BCr.csv");
  });

  it.each([
    [{ digest: 'f'.repeat(64) }, 404],
    [{ digest: '../../etc/passwd' }, 400],
    [{ format: 'exe' }, 400],
    [{ type: 'text/html' }, 400],
  ])('are refused in one sentence: %j', async (change, status) => {
    const answer = await ask(address(await stored(), { ...change }));
    expect(answer.status).toBe(status);
    expect(answer.body).toMatch(/^[A-Z][^\n]+\.\n$/);
  });

  it('are for nobody else', async () => {
    const answer = await ask(address(await stored()), {
      'sec-fetch-site': 'cross-site',
      'sec-fetch-mode': 'no-cors',
    });
    expect(answer.status).toBe(403);
  });
});
