import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { afterEach, expect, it } from 'vitest';
import { askServer, ollamaAddress, runningServers } from './running-servers.ts';

const { signal } = new AbortController();
const open: (() => void)[] = [];
afterEach(() => open.splice(0).forEach((close) => close()));

/** The address of a server that answers so. */
async function served(answer: RequestListener): Promise<string> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  open.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  return typeof address === 'object' ? `http://127.0.0.1:${address?.port}/v1` : '';
}
const models =
  (...ids: readonly string[]): RequestListener =>
  (request, response) =>
    void (request.url === '/v1/models'
      ? response.end(JSON.stringify({ object: 'list', data: ids.map((id) => ({ id })) }))
      : response.writeHead(404).end());
/** Milliseconds: a busy machine takes its time. */
const long = 60_000;
const absent = 'http://127.0.0.1:1/v1';

it('finds the usual servers that run and have models', async () => {
  const usual = [
    { program: 'Ollama', url: await served(models('qwen3:4b', 'smollm2')) },
    { program: 'LM Studio', url: absent },
    { program: 'Empty', url: await served(models()) },
    { program: 'Other', url: await served((_, response) => void response.end('<html>')) },
  ];
  expect(await runningServers(signal, usual, long)).toEqual([
    { ...usual[0], models: ['qwen3:4b', 'smollm2'] },
  ]);
});

it.each([
  [undefined, 'http://127.0.0.1:11434/v1'],
  ['127.0.0.1:8000', 'http://127.0.0.1:8000/v1'],
  ['http://localhost:80', 'http://localhost:80/v1'],
  ['0.0.0.0', 'http://127.0.0.1:11434/v1'],
  ['[::]:9000', 'http://127.0.0.1:9000/v1'],
  ['10.0.0.5:11434', 'http://127.0.0.1:11434/v1'],
  ['no address', 'http://127.0.0.1:11434/v1'],
])('finds Ollama where its own variable says that it listens on this machine: %s', (host, url) => {
  expect(ollamaAddress(host)).toBe(url);
});

it('tests an address, and says what to do where it is none', async () => {
  const url = await served(models('a'));
  expect(await askServer(url, signal)).toEqual({ url, models: ['a'] });
  await expect(askServer(absent, signal)).rejects.toThrow(/Nothing answers at .* Start the server/);
  await expect(askServer(url.replace('/v1', ''), signal)).rejects.toThrow(/mostly end in \/v1/);
  const closed = await served((_, response) => void response.writeHead(401).end());
  await expect(askServer(closed, signal)).rejects.toThrow(/needs a key: .*name of a secret/);
});

it('asks no address of others that the operator does not list', async () => {
  await expect(askServer('https://models.example/v1', signal)).rejects.toThrow(
    /your settings do not allow/,
  );
});

it('stops when nobody waits any more', async () => {
  const typing = new AbortController();
  const url = await served(() => typing.abort());
  await expect(askServer(url, typing.signal)).rejects.toThrow(/abort/i);
});
