import { createServer, type RequestListener, type Server } from 'node:http';
import { gzipSync } from 'node:zlib';
import { RemoteAccess } from '@graft/backends/access';
import { HostPauses, WebClient, type WebParts } from '@graft/backends/web';
import { GraphError } from '@graft/graph';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { loadWeb } from '../../load-web/node.ts';
import { run as runLoad } from '../../load-web/run.ts';
import { searchWeb } from '../../search-web/node.ts';
import { run as runSearch } from '../../search-web/run.ts';
import { rowsInput, testContext } from '../testing/test-context.ts';

/** Both nodes that read the web, over the client that they have in a run: what may not be reached, and what may not be sent. */
const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  }
});

async function site(answer: RequestListener, host = '127.0.0.1') {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    if (request.url !== '/robots.txt') asked.push(request.url ?? '');
    if (request.url === '/robots.txt') response.writeHead(404).end();
    else answer(request, response);
  });
  servers.push(server);
  await new Promise<void>((done) => server.listen(0, host, done));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { asked, port: address.port, url: `http://127.0.0.1:${address.port}` };
}

interface Reading {
  /** Private sites that the operator allows. */
  readonly allowed?: readonly string[];
  readonly resolve?: NonNullable<WebParts['resolve']>;
  readonly own?: NonNullable<WebParts['own']>;
  /** Seconds that an answer may take. */
  readonly timeout?: number;
}
type Read = (url: string, reading?: Reading) => Promise<GraphError | string>;

function context({ allowed = [], resolve, own }: Reading) {
  const access = new RemoteAccess({ GRAFT_PRIVATE_SITES: allowed.join(' ') });
  return testContext({
    web: new WebClient({
      ...{ access: () => Promise.resolve(access), pauses: new HostPauses() },
      resolve: resolve ?? (() => Promise.reject(new Error('a name was looked up'))),
      ...(own === undefined ? {} : { own }),
    }),
  });
}

/** What is read, or why it is not. */
async function outcome(documents: AsyncIterable<{ readonly text: string }>) {
  try {
    let text = '';
    for await (const document of documents) text += document.text;
    return text;
  } catch (error) {
    if (error instanceof GraphError) return error;
    throw error;
  }
}

const readers: Readonly<Record<string, Read>> = {
  async 'load-web'(url, reading = {}) {
    const { timeout = 60 } = reading;
    const params = loadWeb.params.parse({ pages: [url], pause: 0, timeout, largest: 1 });
    async function* documents() {
      yield* (await runLoad.run(context(reading), {}, params)).documents;
    }
    return outcome(documents());
  },
  // As a result of a search, which is asked of this machine.
  async 'search-web'(url, reading = {}) {
    const engine = await site((_, response) => {
      response.end(JSON.stringify({ results: [{ url }] }));
    });
    const { timeout = 60 } = reading;
    const params = searchWeb.params.parse({ url: engine.url, pause: 0, timeout });
    const questions = rowsInput([{ id: 'q', question: 'When is the kiln lit?' }]);
    async function* documents() {
      yield* (await runSearch.run(context(reading), { questions }, params)).documents;
    }
    return outcome(documents());
  },
};

describe.each(Object.entries(readers))('%s', (_name, read) => {
  const secret: RequestListener = (_, response) => {
    response.setHeader('content-type', 'text/plain');
    response.end('secret');
  };

  it.each([
    ['loopback', 'http://127.0.0.1:{port}/'],
    ['loopback by name', 'http://localhost:{port}/'],
    ['loopback, short', 'http://127.1:{port}/'],
    ['any address', 'http://0.0.0.0:{port}/'],
    ['decimal', 'http://2130706433:{port}/'],
    ['hexadecimal', 'http://0x7f000001:{port}/'],
    ['octal', 'http://0177.0.0.1:{port}/'],
    ['fullwidth digits', 'http://１２７.0.0.1:{port}/'],
    ['IPv6 loopback', 'http://[::1]:{port}/'],
    ['IPv4 in IPv6', 'http://[::ffff:127.0.0.1]:{port}/'],
    ['IPv4 in IPv6, hexadecimal', 'http://[::ffff:7f00:1]:{port}/'],
    ['IPv4 translated', 'http://[64:ff9b::7f00:1]:{port}/'],
    ['private', 'http://10.0.0.5/'],
    ['private', 'http://192.168.0.1/'],
    ['private', 'https://172.16.0.1/'],
    ['private IPv6', 'http://[fd00::1]/'],
    ['link-local', 'http://169.254.1.1/'],
    ['link-local IPv6', 'http://[fe80::1]/'],
    ['metadata', 'http://169.254.169.254/latest/meta-data/'],
    ['metadata IPv6', 'http://[fd00:ec2::254]/latest/meta-data/'],
  ])('reads nothing of %s: %s', async (_form, pattern) => {
    const { asked, port } = await site(secret, '0.0.0.0');
    const resolve = vi.fn(() => Promise.resolve([{ address: '127.0.0.1', family: 4 }]));
    const refused = await read(pattern.replace('{port}', String(port)), { resolve });
    expect(refused).toMatchObject({ message: expect.stringMatching(/GRAFT_PRIVATE_SITES/) });
    expect(asked).toEqual([]);
  });

  it('reads nothing of this machine by its public address', async () => {
    const refused = await read('http://93.184.216.34/', { own: () => ['93.184.216.34'] });
    expect(refused).toMatchObject({ message: expect.stringMatching(/GRAFT_PRIVATE_SITES/) });
  });

  it.each(['file:///etc/passwd', 'ftp://example.com/', 'data:text/plain,secret'])(
    'reads no %s, also behind a redirect',
    async (target) => {
      expect(await read(target)).toBeInstanceOf(GraphError);
      const open = await site((_, response) => {
        response.writeHead(302, { location: target }).end();
      });
      const refused = await read(open.url, { allowed: [open.url] });
      expect(refused).toMatchObject({ message: expect.stringMatching(/only http and https/) });
    },
  );

  it('follows no redirect to where it may not go', async () => {
    const hidden = await site(secret);
    const open = await site((_, response) => {
      response.writeHead(302, { location: hidden.url }).end();
    });
    const refused = await read(open.url, { allowed: [open.url] });
    expect(refused).toMatchObject({ message: expect.stringMatching(/GRAFT_PRIVATE_SITES/) });
    expect([open.asked, hidden.asked]).toEqual([['/'], []]);
  });

  it('connects to the address that was checked, whatever a name leads to afterwards', async () => {
    const met: (string | undefined)[] = [];
    const { port } = await site((request, response) => {
      met.push(request.socket.localAddress);
      secret(request, response);
    }, '0.0.0.0');
    const url = `http://rebinding.example:${port}`;
    let looked = 0;
    const resolve = () =>
      Promise.resolve([{ address: `127.0.0.${String((looked += 1))}`, family: 4 }]);
    expect(await read(url, { allowed: [url], resolve })).toBe('secret');
    // Its robots.txt came from the first.
    expect([met, looked]).toEqual([['127.0.0.2'], 2]);
    // Once it leads to a hidden one beside a public one it is refused.
    const both = () =>
      Promise.resolve(['93.184.216.34', '127.0.0.1'].map((address) => ({ address, family: 4 })));
    expect(await read(`http://attacker.example:${port}`, { resolve: both })).toMatchObject({
      message: expect.stringMatching(/GRAFT_PRIVATE_SITES/),
    });
    expect(met).toHaveLength(1);
  });

  it.each([
    ['a bomb', 'too-large', 60],
    ['an endless body', 'too-large', 60],
    ['a slow body', 'unavailable', 1],
    ['a slow answer', 'unavailable', 1],
  ])('is not held up by %s', async (form, code, timeout) => {
    const block = Buffer.alloc(100_000, 'a');
    const { url } = await site((_, response) => {
      response.setHeader('content-type', 'text/plain');
      if (form === 'a bomb') {
        response.writeHead(200, { 'content-encoding': 'gzip' });
        response.end(gzipSync(Buffer.alloc(20_000_000, 'a')));
      } else if (form === 'an endless body') {
        const more = (): void => {
          while (!response.destroyed && response.write(block));
        };
        response.on('drain', more);
        more();
      } else if (form === 'a slow body') {
        const dripping = setInterval(() => response.write('a'), 20);
        response.on('close', () => clearInterval(dripping));
      }
    });
    expect(await read(url, { allowed: [url], timeout })).toMatchObject({ code });
  });
});
