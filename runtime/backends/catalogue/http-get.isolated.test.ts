import { once } from 'node:events';
import { createServer } from 'node:http';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { bodyOf, BrokenOff, httpGet } from './http-get.ts';

// The interval alone: connections need the others.
beforeEach(() => vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }));
afterEach(() => vi.useRealTimers());

const { signal } = new AbortController();

/** Reads an answer that comes in so many pieces of so many bytes, a minute apart; the bytes that came. */
async function read(pieces: number, bytes: number): Promise<number> {
  let send: (() => void) | undefined;
  const server = createServer((_, response) => {
    let sent = 0;
    send = () => {
      sent += 1;
      if (sent < pieces) response.write(Buffer.alloc(bytes));
      else response.end(Buffer.alloc(bytes));
    };
    send();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  let came = 0;
  try {
    const url = new URL(`http://127.0.0.1:${String(port)}`);
    const response = await httpGet(url, { headers: {}, proxy: undefined, signal });
    for await (const chunk of bodyOf(response, signal)) {
      came += chunk.byteLength;
      if (came % bytes !== 0 || came === pieces * bytes) continue;
      // After the reader has asked for more.
      setImmediate(() => {
        vi.advanceTimersByTime(60_000);
        send?.();
      });
    }
    return came;
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

it('a server that sends a byte a minute is left', async () => {
  await expect(read(100, 1)).rejects.toThrow(BrokenOff);
  await expect(read(100, 1)).rejects.toThrow('fewer than 16 KiB came in 60 s');
});

it('one that is slow and goes on is waited for', async () => {
  expect(await read(5, 20_000)).toBe(100_000);
});
