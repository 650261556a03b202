import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { request, type ClientRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openWorkspace, type Workspace } from '@graft/workspace';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startServer, type RunningServer } from './start-server.ts';

const limit = 1_000_000;
let folder: string;
let workspace: Workspace;
let server: RunningServer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'graft-transfer-'));
  await mkdir(join(folder, 'workspace'));
  await mkdir(join(folder, 'out'));
  await writeFile(join(folder, 'out/index.html'), '');
  const root = join(folder, 'workspace');
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

interface Answer {
  readonly status: number;
  readonly message: string;
}

/** Sends a package; gives what is answered, be it before all has been sent. */
function send(headers: Record<string, number>, write: (sent: ClientRequest) => void) {
  return new Promise<Answer>((resolve, reject) => {
    const path = '/api/package?name=x.graft.zip';
    const { port } = new URL(server.url);
    const options = { host: '127.0.0.1', port, path, method: 'POST', headers };
    const sent = request(options, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      response.on('end', () => {
        const { message } = JSON.parse(text) as { message: string };
        resolve({ status: response.statusCode ?? 0, message });
        sent.destroy();
      });
    });
    sent.on('error', reject);
    write(sent);
  });
}

it('refuses a package that says that it is too large before any of it has come', async () => {
  const { status, message } = await send({ 'content-length': 3_000_000 }, (sent) => {
    sent.flushHeaders();
  });
  expect(status).toBe(400);
  expect(message).toContain('has 3000000 bytes, and this server takes 1000000 bytes at most');
});

it('refuses one that does not say so as soon as it is, and keeps nothing of it', async () => {
  const { status, message } = await send({}, (sent) => {
    const chunk = Buffer.alloc(100_000);
    for (let i = 0; i < 20; i++) sent.write(chunk);
  });
  expect(status).toBe(400);
  expect(message).toContain('The package has more, and this server takes 1000000 bytes at most');
  await expect.poll(() => readdir(join(workspace.root, '.graft/scratch'))).toEqual([]);
});

it('takes one within the limit', async () => {
  await writeFile(
    join(workspace.root, 'a.graft.json'),
    '{"graft":1,"nodes":{"q":{"type":"questions","version":1,"params":{"questions":"Why?"}}}}',
  );
  const archive = join(folder, 'a.graft.zip');
  await workspace.packages.pack('a.graft.json', {}, archive);
  const bytes = await readFile(archive);
  const { status } = await send({ 'content-length': bytes.byteLength }, (sent) => sent.end(bytes));
  expect(status).toBe(200);
});
