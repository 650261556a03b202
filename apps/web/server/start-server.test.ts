import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { Questions } from '@graft/graph';
import { openWorkspace, type Workspace } from '@graft/workspace';
import { beforeAll, describe, expect, it } from 'vitest';
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
  await writeFile(join(pages, '_next', 'static', 'x.js.br'), brotliCompressSync('1'));
  await writeFile(join(pages, '.hidden'), 'no');
  await writeFile(join(folder, 'secret.txt'), 'no');
  await symlink(join(folder, 'secret.txt'), join(pages, 'link.txt'));
  workspace = await openWorkspace({ root, modelsFolder: join(folder, 'models') });
  server = await startServer({
    workspace,
    host: '127.0.0.1',
    port: 0,
    staticFolder: pages,
    token: null,
  });
  port = Number(new URL(server.url).port);
  return async () => {
    await server.close();
    await workspace[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  };
});

describe('who may ask', () => {
  it('answers its own page', async () => {
    expect((await ask('/')).body).toBe(page);
    const own = { host: `localhost:${port}`, origin: `http://localhost:${port}` };
    expect((await ask('/api/trpc/graphs.list', own)).status).toBe(200);
  });

  it.each([
    ['a foreign host', { host: 'evil.example' }],
    ['a host that only begins like ours', { host: '127.0.0.1.evil.example' }],
    ['a foreign origin', { origin: 'http://evil.example' }],
    ['an origin at another port', { origin: 'http://127.0.0.1:1' }],
    ['another port of both but the scheme', { host: '127.0.0.1:1', origin: 'ws://127.0.0.1:1' }],
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
    expect(headers['content-security-policy']).toBe(
      contentSecurityPolicy([hash], `127.0.0.1:${port}`),
    );
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
    const first = await workspace.graphs.read('stale.graft.json');
    const other = text.replace('{}', '{ }');
    await workspace.graphs.save('stale.graft.json', other, first.revision);
    const stale = await mutate('graphs.save', {
      path: 'stale.graft.json',
      text,
      base: first.revision,
    });
    expect(stale.status).toBe(409);
    expect(JSON.parse(stale.body)).toMatchObject({
      error: { data: { problems: [{ code: 'stale-save' }] } },
    });
    expect((await workspace.graphs.read('stale.graft.json')).text).toBe(other);
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

describe('only graph files', () => {
  beforeAll(async () => {
    const root = join(folder, 'workspace');
    await writeFile(join(root, '.env'), 'PASSWORD=no');
    await writeFile(join(root, 'notes.txt'), 'no');
    await mkdir(join(root, '.git', 'hooks'), { recursive: true });
    await writeFile(join(root, '.git', 'hooks', 'x.graft.json'), text);
  });
  it.each([
    '.env',
    'notes.txt',
    '.graft/index.db',
    '.git/hooks/pre-commit',
    '.git/hooks/x.graft.json',
  ])('neither reads nor writes nor runs %s', async (path) => {
    for (const answer of [
      await query('graphs.read', { path }),
      await mutate('graphs.save', { path, text, base: null }),
      await mutate('runs.start', { path }),
    ]) {
      expect(answer.status).toBe(400);
      expect(answer.body).not.toContain('PASSWORD');
      expect(answer.body).toContain('bad-name');
    }
  });
  it('tells no path of this machine', async () => {
    await mkdir(join(folder, 'workspace', 'folder.graft.json'), { recursive: true });
    for (const answer of [
      await mutate('graphs.save', { path: 'folder.graft.json', text, base: null }),
      await mutate('graphs.save', { path: 'a.graft.json/b.graft.json', text, base: null }),
      await query('graphs.read', { path: 'folder.graft.json' }),
    ]) {
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(answer.body).not.toContain(folder);
    }
  });
});

describe('limits', () => {
  it('answers at most 20 calls a request', async () => {
    const names = (count: number): string => Array(count).fill('graphs.list').join(',');
    expect((await ask(`/api/trpc/${names(20)}?batch=1&input={}`)).status).toBe(200);
    const many = await ask(`/api/trpc/${names(21)}?batch=1&input={}`);
    expect(many.status).toBe(400);
    expect(many.body).not.toContain('a.graft.json');
  });
});

describe('what is sent', () => {
  it('is compressed where the browser takes it: files as they were built, answers as they are made', async () => {
    const br = await ask('/_next/static/x.js', { 'accept-encoding': 'gzip, deflate, br' });
    expect(br.headers['content-encoding']).toBe('br');
    expect(br.headers['content-type']).toMatch('text/javascript');
    expect(br.headers['cache-control']).toContain('immutable');
    expect((await ask('/_next/static/x.js')).headers['content-encoding']).toBeUndefined();
    const models = await ask('/api/trpc/catalogue.models', { 'accept-encoding': 'gzip' });
    expect(models.headers['content-encoding']).toBe('gzip');
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
