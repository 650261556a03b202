import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { receiveBody } from './receive-body.ts';

it('tells whoever reads when nobody waits for the answer any more, though all has come', async () => {
  let told: Promise<unknown> | undefined;
  const server = createServer((sent, response) => {
    const taking = { request: sent, response, limit: 100, root: '/', what: 'It', instead: 'Not' };
    void receiveBody(taking, async (body, signal) => {
      expect(await text(body)).toBe('all of it');
      told = once(signal, 'abort');
      client.destroy();
      await told;
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const client = request({ host: '127.0.0.1', port, method: 'POST' });
  try {
    client.end('all of it');
    await once(client, 'error');
    await told;
  } finally {
    server.close();
  }
});
