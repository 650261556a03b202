import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { request, type ClientRequest, createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openWorkspace, type Workspace } from '@graft/workspace';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startServer, type RunningServer } from './start-server.ts';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { receiveBody } from './receive-files.ts';

const limit = 1_000_000;
let folder: string;
let workspace: Workspace;
let server: RunningServer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'graft-upload-'));
  const root = join(folder, 'workspace');
  await mkdir(root);
  await mkdir(join(folder, 'out'));
  workspace = await openWorkspace({ root, modelsFolder: join(folder, 'models') });
  server = await startServer({
    ...{ workspace, host: '127.0.0.1', port: 0, token: null },
    ...{ staticFolder: join(folder, 'out'), largestPackage: limit },
  });
});
afterAll(async () => {
  await server.close();
  await workspace[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

/** Gives what is answered, be it before all has been sent. */
function send(query: string, write: (sent: ClientRequest) => void) {
  return new Promise<{ readonly status: number; readonly text: string }>((resolve, reject) => {
    const { port } = new URL(server.url);
    const path = `/api/upload?${query}`;
    const sent = request({ host: '127.0.0.1', port, path, method: 'POST' }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, text });
        sent.destroy();
      });
    });
    sent.on('error', reject);
    write(sent);
  });
}
const head = (path: string, size: number): string =>
  `${JSON.stringify({ files: [{ path, size }] })}\n`;
const left = async (): Promise<string[]> =>
  (await readdir(workspace.root)).filter((name) => name !== '.graft');
const scratch = (): Promise<string[]> => readdir(join(workspace.root, '.graft/scratch'));

it('takes a file, tells its path, and refuses another of the name', async () => {
  const body = `${head('a.md', 5)}Kilns`;
  expect(await send('to=workspace', (sent) => sent.end(body))).toEqual({
    ...{ status: 200, text: '{"paths":["a.md"],"written":["a.md"]}' },
  });
  expect(await readFile(join(workspace.root, 'a.md'), 'utf8')).toBe('Kilns');
  const again = await send('to=workspace', (sent) => sent.end(body));
  expect(again.text).toBe('{"paths":["a.md"],"written":[]}');
  const another = `${head('a.md', 5)}Vases`;
  const refused = await send('to=workspace', (sent) => sent.end(another));
  expect(refused.status).toBe(400);
  expect(JSON.parse(refused.text)).toMatchObject({
    problems: [{ code: 'name-taken', location: { file: 'a.md' } }],
  });
  const renamed = await send('to=workspace&renamed=1', (sent) => sent.end(another));
  expect(JSON.parse(renamed.text)).toMatchObject({ paths: ['a-2.md'] });
  for (const name of await left()) await rm(join(workspace.root, name));
});

it.each(['workspace', 'models'])(
  'keeps nothing in the %s of a connection that ends in the middle',
  async (to) => {
    let end = (): void => undefined;
    const ended = send(`to=${to}`, (sent) => {
      sent.write(`${head('b.gguf', 900_000)}${'x'.repeat(300_000)}`);
      end = () => void sent.destroy();
    });
    await expect.poll(async () => (await scratch()).length).toBeGreaterThan(0);
    end();
    await expect(ended).rejects.toThrow();
    await expect.poll(scratch).toEqual([]);
    expect(await left()).toEqual([]);
  },
);

it('refuses what is too large as soon as it is, and says what to do instead', async () => {
  const { status, text } = await send('to=workspace', (sent) => {
    sent.write(head('big.bin', 2_000_000));
    for (let at = 0; at < 20; at++) sent.write(Buffer.alloc(100_000));
  });
  expect(status).toBe(400);
  expect(text).toContain('The upload has more, and this server takes 1000000 bytes at most');
  expect(text).toContain('--max-package');
  await expect.poll(scratch).toEqual([]);
  expect(await left()).toEqual([]);
});

it('refuses an address that names no place', async () => {
  expect((await send('to=elsewhere', (sent) => sent.end('x'))).status).toBe(400);
});

it('tells whoever reads when nobody waits for the answer any more, though all has come', async () => {
  let answer: Promise<unknown> | undefined;
  const server = createServer((sent, response) => {
    const taking = { request: sent, response, limit: 100, root: '/', what: 'It', instead: 'Not' };
    void receiveBody(taking, async (body, signal) => {
      expect(await text(body)).toBe('all of it');
      answer = once(signal, 'abort');
      client.destroy();
      await answer;
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const client = request({ host: '127.0.0.1', port, method: 'POST' });
  try {
    client.end('all of it');
    await once(client, 'error');
    await answer;
  } finally {
    server.close();
  }
});
