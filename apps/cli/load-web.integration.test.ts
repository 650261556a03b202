import { rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { z } from 'zod';
import { graft } from './testing/graft-command.ts';
import { graft as graftProcess, temporaryFolder } from './testing/graft-process.ts';
import { graphText } from './testing/graph-text.ts';

/** A small site of this machine, and graphs that read it through the command. */
let folder: string;
let server: Server;
let url: string;
let asked: string[];
/** When each request came, on the clock of `performance`, in ms. */
let times: number[];
const pages: Record<string, string> = {};

beforeEach(async () => {
  folder = await temporaryFolder();
  asked = [];
  times = [];
  server = createServer((request, response) => {
    times.push(performance.now());
    const body = pages[request.url ?? ''];
    const etag = `"${(body ?? '').length}"`;
    const stands = request.headers['if-none-match'] === etag;
    asked.push(`${request.url ?? ''}${stands ? ' stands' : ''}`);
    response.writeHead(body === undefined ? 404 : stands ? 304 : 200, {
      ...{ 'content-type': 'text/html', etag },
    });
    response.end(stands ? '' : (body ?? ''));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  url = `http://127.0.0.1:${address.port}`;
  Object.assign(pages, {
    '/robots.txt': 'User-agent: *\nDisallow: /private\n',
    '/map.xml': `<urlset>${[1, 2, 3].map((at) => `<url><loc>${url}/${at}</loc></url>`).join('')}</urlset>`,
    '/1': '<title>One</title><p>The kiln is lit at 05:40.',
    '/2': '<title>Two</title><p>Glaze no. 7 needs a slow climb.',
    '/3': '<title>Three</title><p>The clay comes on Tuesdays.',
  });
  await write({ sitemaps: [`${url}/map.xml`], refresh: 24 });
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
  await rm(folder, { recursive: true });
});

const write = (params: object): Promise<void> =>
  writeFile(
    path.join(folder, 'web.graft.json'),
    graphText({ web: ['load-web', { pause: 0, ...params }], cut: ['chunk'] }, [
      'web.documents -> cut.documents',
    ]),
  );

const finishedSchema = z.object({
  type: z.literal('run.finished'),
  status: z.string(),
  steps: z.array(
    z.object({
      node: z.string(),
      status: z.string(),
      items: z.object({ total: z.number(), computed: z.number() }).optional(),
    }),
  ),
});

/** Days from now on which the command believes to be run: after some, in a process of its own. */
async function run(env: Record<string, string>, days = 0) {
  const later = encodeURIComponent(`const now=Date.now;Date.now=()=>now()+${days}*864e5`);
  const moved = { NODE_OPTIONS: `--import=data:text/javascript,${later}` };
  asked.length = times.length = 0;
  const args = ['run', 'web.graft.json', '--json'];
  const { code, stdout, stderr } =
    days === 0
      ? await graft(args, { cwd: folder, env })
      : await graftProcess(args, { cwd: folder, env: { ...env, ...moved } });
  const last = finishedSchema.parse(JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? ''));
  const steps = Object.fromEntries(last.steps.map((step) => [step.node, step]));
  return { code, said: stdout + stderr, steps, asked: [...asked].sort() };
}

it('reads a private site only where the operator allows it, once in a period, and again what changed', async () => {
  const refused = await run({});
  expect(refused).toMatchObject({ code: 1, asked: [] });
  expect(refused.said).toContain(`add ${url} to GRAFT_PRIVATE_SITES`);

  const allowed = { GRAFT_PRIVATE_SITES: url };
  const first = await run(allowed);
  expect(first).toMatchObject({
    ...{ code: 0, asked: ['/1', '/2', '/3', '/map.xml', '/robots.txt'] },
    steps: { cut: { items: { total: 3, computed: 3 } } },
  });
  // Nobody is asked, so nobody has to allow it.
  expect(await run({})).toMatchObject({
    ...{ code: 0, asked: [] },
    steps: { web: { status: 'cached' }, cut: { status: 'cached' } },
  });

  pages['/2'] = '<title>Two</title><p>Glaze no. 7 is no more.';
  // Only what is another than it was is sent again.
  expect(await run(allowed, 1)).toMatchObject({
    ...{ code: 0, asked: ['/1 stands', '/2', '/3 stands', '/map.xml stands', '/robots.txt'] },
    steps: { web: { status: 'succeeded' }, cut: { items: { total: 3, computed: 1 } } },
  });
});

it('takes turns at a site where several nodes read it at once', async () => {
  const nodes = {
    one: ['load-web', { pages: [`${url}/1`], pause: 0.3 }],
    other: ['load-web', { pages: [`${url}/2`], pause: 0.3 }],
  } as const;
  await writeFile(path.join(folder, 'web.graft.json'), graphText(nodes, []));
  const { code, asked: paths } = await run({ GRAFT_PRIVATE_SITES: url });
  expect({ code, paths }).toEqual({ code: 0, paths: ['/1', '/2', '/robots.txt', '/robots.txt'] });
  const gaps = times.slice(1).map((time, at) => time - (times[at] ?? 0));
  // The pause begins at a reply that has come; a timer may be early by a millisecond.
  for (const gap of gaps) expect(gap).toBeGreaterThan(295);
});

it('keeps to the rules of the site, and says which page they are about', async () => {
  await write({ pages: [`${url}/1`, `${url}/private/2`] });
  const { code, said, asked: paths } = await run({ GRAFT_PRIVATE_SITES: url });
  expect(code).toBe(1);
  expect(said).toMatch(/robots\.txt of 127\.0\.0\.1:\d+ forbids reading \S+\/private\/2/);
  expect(paths).toEqual(['/1', '/robots.txt']);
});

it('searches on this machine, and reads what was found where that is allowed', async () => {
  const nodes = {
    ask: ['questions', { questions: 'When is the kiln lit?' }],
    web: ['search-web', { url, pause: 0 }],
    cut: ['chunk'],
  } as const;
  const edges = ['ask.questions -> web.questions', 'web.documents -> cut.documents'];
  await writeFile(path.join(folder, 'web.graft.json'), graphText(nodes, edges));
  const found = [
    { url: 'http://169.254.169.254/latest' },
    { url: `${url}/gone` },
    { url: `${url}/1` },
  ];
  const search = '/search?q=When+is+the+kiln+lit%3F&format=json';
  pages[search] = JSON.stringify({ results: found });
  const { code, said, steps, asked: paths } = await run({ GRAFT_PRIVATE_SITES: url });
  expect({ code, paths }).toEqual({ code: 0, paths: ['/1', '/gone', '/robots.txt', search] });
  expect(steps).toMatchObject({ cut: { items: { total: 1, computed: 1 } } });
  expect(said).toMatch(/169\.254\.169\.254 is on this machine or a private network/);
  expect(await run({})).toMatchObject({ code: 0, asked: [], steps: { web: { status: 'cached' } } });
});
