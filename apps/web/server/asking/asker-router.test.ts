import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { emptyGraph } from '@graft/graph';
import { beforeAll, describe, expect, it } from 'vitest';
import { appRouter } from '../router/index.ts';
import type { RunningServer } from '../start-server.ts';
import { OpenedSocket } from '../testing/opened-socket.ts';
import { node } from '../testing/ran.ts';
import { askAt, cookieOf, ServedPage, type Answer } from '../testing/served-page.ts';
import { askedGraph } from './asked-graph.ts';
import { AskLinks } from './ask-links.ts';
import { Askers, closedToAskers } from './asker.ts';
import { openPaths } from './asker-router.ts';

const token = 'correct-horse-battery';
const links = new AskLinks(token, '');
const link = links.pathOf('asked.graft.json');
let served: ServedPage;
let server: RunningServer;

/** Cuts a given text; the notes' file is where a secret stands. */
const cutter = {
  graft: 1,
  nodes: {
    notes: node('load-files', { paths: ['secret-notes/*.md'] }),
    text: node('input', { type: 'documents', doc: 'What is cut.', optional: true }),
    chunk: node('chunk', { size: 40, overlap: 0 }),
    chunks: node('output', { doc: 'The pieces.' }),
  },
  edges: ['text.value -> chunk.documents', 'chunk.chunks -> chunks.value'],
  notes: { head: { x: 0, y: 0, width: 200, text: '# Cut a text\n\nGives pieces. Press **Run**.' } },
};

interface Called {
  readonly status: number;
  readonly body: string;
}
const headers = { 'content-type': 'application/json' };
const call = (path: string, input: unknown, { cookie = '', at = link } = {}): Promise<Answer> =>
  askAt(server.url, `${at}api/trpc/${path}`, {
    headers: { ...headers, cookie },
    body: JSON.stringify(input ?? {}),
  });
const query = (path: string, input: unknown, { cookie = '', at = link } = {}): Promise<Answer> =>
  askAt(server.url, `${at}api/trpc/${path}?input=${encodeURIComponent(JSON.stringify(input))}`, {
    headers: { cookie },
  });
const refused = ({ status, body }: Called): void => {
  expect([status, body.includes(closedToAskers)]).toEqual([403, true]);
};
const started = ({ body }: Answer): string => /"runId":"([^"]+)"/.exec(body)?.[1] ?? body;

beforeAll(async () => {
  served = await ServedPage.open();
  const { root } = served.workspace;
  await writeFile(join(root, 'asked.graft.json'), JSON.stringify(cutter));
  await writeFile(join(root, 'other.graft.json'), JSON.stringify(cutter));
  server = await served.serve({ token });
  return () => served[Symbol.asyncDispose]();
});

describe('an ask link', () => {
  it('opens the page, and nothing where it was tampered with', async () => {
    const page = await askAt(server.url, link);
    expect(page.status).toBe(200);
    expect(cookieOf(page)).toMatch(/^graft-asker=[\w-]{22}$/);
    // A chat may leave out the last slash.
    expect((await askAt(server.url, link.slice(0, -1))).headers['location']).toBe(link);
    const [, signed = ''] = link.split('.', 2);
    const foreign = `/ask/${Buffer.from('other.graft.json').toString('base64url')}.${signed}`;
    const short = `${link.slice(0, -2)}/`;
    const ofOtherToken = new AskLinks('another-token', '').pathOf('asked.graft.json');
    for (const wrong of [foreign, short, ofOtherToken, '/ask/', '/ask/x.y/']) {
      const answer = await askAt(server.url, wrong, { headers: { accept: 'text/html' } });
      expect(answer.status).toBe(401);
      expect(answer.body).toContain('Ask the person who sent you this link for a new one');
      expect((await query('graphs.read', { path: 'asked.graft.json' }, { at: wrong })).status).toBe(
        401,
      );
    }
  });

  it('is no token of the workspace', async () => {
    const given = link.slice(link.indexOf('.') + 1, -1);
    expect((await askAt(server.url, `/?token=${given}`)).status).toBe(401);
    const { headers: sent } = await askAt(server.url, `/?token=${token}`);
    const path = String(sent['location']);
    const page = await askAt(server.url, link);
    expect((await askAt(server.url, path, { headers: { cookie: cookieOf(page) } })).status).toBe(
      401,
    );
  });
});

describe('an asker', () => {
  const paths = Object.entries<unknown>(appRouter._def.procedures).map(([path]) => path);

  it('is refused every procedure that is not opened, by HTTP and by socket', async () => {
    expect(paths.length).toBeGreaterThan(50);
    for (const path of openPaths) expect(paths).toContain(path);
    const socket = await OpenedSocket.open(new URL(`${link}api/live`, server.url).href);
    const closed = paths.filter((each) => !openPaths.includes(each));
    const methods = ['query', 'mutation', 'subscription'];
    for (const [at, path] of closed.entries()) {
      // One of them is the way to call it: the others are refused before.
      const answers = [await query(path, {}), await call(path, {})];
      // A subscription's refusal by HTTP comes within its stream.
      const results = answers.filter(({ body }) => body.includes('"result"') || body === '');
      expect([path, results]).toEqual([path, []]);
      for (const [kind, method] of methods.entries())
        socket.send({ id: 3 * at + kind, method, params: { path, input: {} } });
    }
    for (let id = 0; id < 3 * closed.length; id += 1) await socket.until(`"id":${String(id)},`);
    const told = socket.frames.filter(({ error }) => error?.message === closedToAskers);
    expect(new Set(told.map(({ id }) => Math.floor((id ?? 0) / 3))).size).toBe(closed.length);
    expect(socket.frames.some(({ result }) => result?.data !== undefined)).toBe(false);
    socket.close();
  });

  it('reaches no other address of the server', async () => {
    for (const path of ['package', 'upload', 'download', 'report', 'new'])
      for (const body of [undefined, 'x'])
        refused(await askAt(server.url, `${link}api/${path}`, body === undefined ? {} : { body }));
    refused(await askAt(server.url, link, { body: 'x' }));
  });

  it('reads the graph without parameters and notes, and no other graph', async () => {
    const { status, body } = await query('graphs.read', { path: 'asked.graft.json' });
    expect(status).toBe(200);
    expect(body).not.toContain('secret-notes');
    expect(body).toContain('# Cut a text\\\\n\\\\nGives pieces.');
    expect(body).not.toContain('**Run**');
    refused(await query('graphs.read', { path: 'other.graft.json' }));
    refused(await query('graphs.read', { path: './other.graft.json' }));
  });

  it('starts runs of its graph with inputs alone', async () => {
    const path = 'asked.graft.json';
    refused(await call('runs.start', { path: 'other.graft.json' }));
    for (const more of [
      { set: [{ node: 'chunk', param: 'size', value: 9 }] },
      { set: [{ node: 'notes', param: 'paths', value: ['/etc/*'] }] },
      { set: [{ node: 'notes', param: 'paths', value: [] }] },
      { inputs: { unknown: 'x' } },
      { device: 'cpu' },
    ])
      refused(await call('runs.start', { path, ...more }));
    const long = await call('runs.start', { path, inputs: { text: 'x'.repeat(200_001) } });
    expect(long.status).toBe(413);
  });

  it('starts nothing where a graph gives no answer', async () => {
    const { root, journal } = served.workspace;
    const path = 'silent.graft.json';
    const { notes, chunk } = cutter.nodes;
    const silent = {
      graft: 1,
      nodes: { notes, chunk },
      edges: ['notes.documents -> chunk.documents'],
    };
    await writeFile(join(root, path), JSON.stringify(silent));
    refused(await call('runs.start', { path }, { at: links.pathOf(path) }));
    expect(await journal.list({ file: path, limit: 1 })).toEqual([]);
  });

  it('is not told which file or parameter keeps a graph from running', async () => {
    const path = 'broken.graft.json';
    const nodes = { ...cutter.nodes, chunk: node('chunk', { size: 'secret-size' }) };
    await writeFile(join(served.workspace.root, path), JSON.stringify({ ...cutter, nodes }));
    const at = links.pathOf(path);
    const input = { path, inputs: { text: 'Seven bowls stand here.' } };
    const { status, body } = await call('runs.start', input, { at });
    expect(status).toBe(400);
    expect(body).toContain('Tell the person who sent you the link');
    expect(body).not.toMatch(/secret|size|broken/);
  });

  it('sees its own runs and answers, and those of nobody else', async () => {
    const cookie = cookieOf(await askAt(server.url, link));
    const other = cookieOf(await askAt(server.url, link));
    const input = { path: 'asked.graft.json', inputs: { text: 'Seven bowls stand here.' } };
    const runId = started(await call('runs.start', input, { cookie }));
    const address = new URL(`${link}api/live`, server.url).href;
    const foreign = await OpenedSocket.open(address, { cookie: other });
    foreign.subscribe('live.feed', { run: runId, file: null });
    expect(await foreign.until('error')).toContain(closedToAskers);
    foreign.close();
    const own = await OpenedSocket.open(address, { cookie });
    own.subscribe('live.feed', { run: runId, file: null });
    const events = await own.until('run.finished');
    own.close();
    expect(events).toContain('"status":"succeeded"');
    expect(events).not.toContain('cacheKey');
    const shown = /"chunks":(\{[^}]*"digest":"[^}]*\})/.exec(events)?.[1] ?? '{}';
    const artifact: unknown = JSON.parse(shown);
    const page = { artifact, offset: 0, limit: 10 };
    expect((await query('artifacts.page', page, { cookie })).body).toContain('Seven bowls');
    refused(await query('artifacts.page', page, { cookie: other }));
    refused(await call('runs.cancel', { runId }, { cookie: other }));
    expect((await call('runs.cancel', { runId }, { cookie })).status).toBe(200);
  });
});

it('lets a browser ask once at a time, and few for one graph', () => {
  const askers = new Askers();
  const busy = (id: string, file = 'a') => askers.takeTurn({ file, id });
  const [first] = Array.from({ length: 8 }, (_, at) => busy(String(at)));
  expect(() => busy('0')).toThrow('still under way');
  expect(() => busy('new')).toThrow('Many people are asking');
  if (first !== undefined) askers.endTurn(first);
  busy('new');
  expect(() => busy('new', 'b')).not.toThrow();
});

it('forgets no browser that asked for others that did not', () => {
  const askers = new Askers();
  const asking = { file: 'a', id: 'asking' };
  const asker = askers.takeTurn(asking);
  askers.began(
    asker,
    'run',
    askedGraph(emptyGraph, {
      file: 'a',
      registry: served.workspace.registry,
      graphs: () => undefined,
    }),
  );
  askers.endTurn(asker);
  for (let at = 0; at < 1_100; at += 1) {
    const name = { file: 'a', id: String(at) };
    expect(() => askers.of(name).requireRun('run')).toThrow(closedToAskers);
    // A start that was refused.
    askers.endTurn(askers.takeTurn(name));
  }
  expect(() => askers.of(asking).requireRun('run')).not.toThrow();
});
