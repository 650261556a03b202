import { maxHeaderSize } from 'node:http';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { Address, Resolve } from './checked-address.ts';
import { client, closeSites, refusal, request, site } from './testing/small-site.ts';

describe('what graphs may not see', () => {
  it.each([
    'http://127.0.0.1:{port}/',
    'http://127.1:{port}/',
    'http://2130706433:{port}/',
    'http://0x7f000001:{port}/',
    'http://0x7f.0.0.0x1:{port}/',
    'http://0177.0.0.1:{port}/',
    'http://127.0.0.1.:{port}/',
    'http://0.0.0.0:{port}/',
    'http://0:{port}/',
    'http://[::1]:{port}/',
    'http://[::ffff:127.0.0.1]:{port}/',
    'http://[::ffff:7f00:1]:{port}/',
    'http://[0:0:0:0:0:0:0:1]:{port}/',
    'http://169.254.169.254/latest/meta-data/',
    'http://[fd00:ec2::254]/latest/meta-data/',
    'http://10.0.0.5/',
    'http://192.168.0.1/',
    'https://172.16.0.1/',
    'http://[fe80::1]/',
  ])('%s', async (pattern) => {
    const { asked, port } = await site((_, response) => response.end('secret'));
    const getting = client([]).get(pattern.replace('{port}', String(port)), request);
    expect(await refusal(getting)).toMatchObject({
      ...{ code: 'unavailable', audience: 'operator' },
      message: expect.stringMatching(/private network.*add https?:\/\/\S+ to GRAFT_PRIVATE_SITES/),
    });
    expect(asked).toEqual([]);
  });

  it.each([
    ['file:///etc/passwd', /only http and https/],
    ['ftp://example.com/', /only http and https/],
    ['data:text/html,hello', /only http and https/],
    ['gopher://127.0.0.1/', /only http and https/],
    ['http://me:pw@example.com/', /contains a name or password/],
    ['no address', /is not the address/],
  ])('%s', async (url, message) => {
    await expect(async () => client([]).get(url, request)).rejects.toThrow(message);
  });

  it.each([
    [[{ address: '127.0.0.1', family: 4 }]],
    [[{ address: '::1', family: 6 }]],
    [[{ address: '::ffff:127.0.0.1', family: 6 }]],
    // One that is public beside it makes it no better: either may be connected to.
    [
      [
        { address: '93.184.216.34', family: 4 },
        { address: '127.0.0.1', family: 4 },
      ],
    ],
  ] satisfies [Address[]][])('a name that leads to %j', async (addresses) => {
    const { asked, port } = await site((_, response) => response.end('secret'));
    const resolve: Resolve = () => Promise.resolve(addresses);
    const getting = client([], { resolve }).get(`http://attacker.example:${port}/`, request);
    expect((await refusal(getting)).message).toMatch(/attacker\.example:\d+ is on this machine/);
    expect(asked).toEqual([]);
  });

  it.each([
    'http://93.184.216.34/',
    'http://[2606:2800:220:1::1]/',
    'http://[2606:2800:220:1:0:0:0:1]/',
  ])('this machine by a public address of its own: %s', async (url) => {
    const own = () => ['93.184.216.34', '2606:2800:220:1::1'];
    const error = await refusal(client([], { own }).get(url, { ...request, seconds: 1 }));
    expect(error.message).toMatch(/is on this machine or a private network/);
  });

  it('what a page that may be seen redirects to', async () => {
    const hidden = await site((_, response) => response.end('secret'));
    for (const target of [hidden.url, 'http://169.254.169.254/', 'file:///etc/passwd']) {
      const open = await site((_, response) => {
        response.writeHead(302, { location: target }).end();
      });
      const error = await refusal(client([open.url]).get(open.url, request));
      expect(error.message).toMatch(/private network|only http and https/);
      expect(error.message.endsWith(` ${open.url}/ redirects there.`)).toBe(true);
    }
    expect(hidden.asked).toEqual([]);
  });

  it('another port, scheme or name of a site that the operator allows', async () => {
    const { port, asked } = await site((_, response) => response.end('secret'));
    const resolve: Resolve = () => Promise.resolve([{ address: '127.0.0.1', family: 4 }]);
    const allowed = client([`http://127.0.0.1:${port + 1}`, `https://127.0.0.1:${port}`], {
      resolve,
    });
    await refusal(allowed.get(`http://127.0.0.1:${port}/`, request));
    await refusal(allowed.get(`http://other.example:${port}/`, request));
    expect(asked).toEqual([]);
  });
});

it('connects to the very address that was checked, whatever the name leads to afterwards', async () => {
  const answers = ['127.0.0.1', '127.0.0.2', '127.0.0.3'];
  let looked = 0;
  const resolve: Resolve = () =>
    Promise.resolve([{ address: answers[looked++] ?? '127.0.0.4', family: 4 }]);
  const { port } = await site(
    (asking, response) => response.end(asking.socket.localAddress),
    '0.0.0.0',
  );
  const url = `http://rebinding.example:${port}`;
  const { body } = await client([url], { resolve }).get(url, request);
  expect([Buffer.from(body).toString(), looked]).toEqual(['127.0.0.1', 1]);
});

describe('what a site may send', () => {
  const megabytes = Buffer.alloc(20_000_000, 'a');

  it.each([
    ['gzip', gzipSync(megabytes)],
    ['br', brotliCompressSync(megabytes)],
  ])('is no more than was asked for when it is unpacked: %s', async (packing, body) => {
    expect(body.byteLength).toBeLessThan(request.most);
    const { url } = await site((_, response) => {
      response.writeHead(200, { 'content-encoding': packing }).end(body);
    });
    expect(await refusal(client([url]).get(url, request))).toMatchObject({ code: 'too-large' });
  });

  it('comes to an end', async () => {
    let sent = 0;
    const { url } = await site((_, response) => {
      const more = (): void => {
        while (!response.destroyed && response.write(megabytes.subarray(0, 10_000))) sent += 10_000;
      };
      response.on('drain', more);
      more();
    });
    expect(await refusal(client([url]).get(url, request))).toMatchObject({ code: 'too-large' });
    expect(sent).toBeLessThan(megabytes.byteLength);
  });

  it('is told to be too long before it is read, where it says so', async () => {
    const { url } = await site((_, response) => {
      response.writeHead(200, { 'content-length': '100001' }).flushHeaders();
    });
    expect(await refusal(client([url]).get(url, request))).toMatchObject({ code: 'too-large' });
  });

  it.each(['headers', 'body'])('does not dawdle: %s', async (part) => {
    let dripping: NodeJS.Timeout | undefined;
    const { url } = await site((_, response) => {
      if (part === 'headers') return;
      dripping = setInterval(() => response.write('a'), 20);
      response.on('close', () => clearInterval(dripping));
    });
    const error = await refusal(client([url]).get(url, { ...request, seconds: 0.3 }));
    clearInterval(dripping);
    expect(error.message).toMatch(/takes more than 0.3 s/);
  });

  it('is packed as it says', async () => {
    for (const [packing, message] of [
      ['gzip', /damaged compression/],
      ['zstd', /compression "zstd"/],
      ['gzip, gzip', /compression "gzip, gzip"/],
    ] as const) {
      const { url } = await site((_, response) => {
        response.writeHead(200, { 'content-encoding': packing }).end('plain');
      });
      expect((await refusal(client([url]).get(url, request))).message).toMatch(message);
    }
  });

  it('has no body where it says so, whatever that would be packed as', async () => {
    for (const [status, packing, length] of [
      [304, 'br', undefined],
      [204, 'gzip', undefined],
      [200, 'gzip', '0'],
      [404, 'zstd', '0'],
    ] as const) {
      const { url } = await site((_, response) => {
        const sent = length === undefined ? {} : { 'content-length': length };
        response.writeHead(status, { 'content-encoding': packing, ...sent }).end();
      });
      const reply = await client([url]).get(url, request);
      expect([reply.status, reply.body.byteLength]).toEqual([status, 0]);
    }
  });

  it('is left at once where it is packed otherwise', async () => {
    let leave = (): void => undefined;
    const left = new Promise<void>((resolve) => (leave = resolve));
    const { url } = await site((_, response) => {
      response.on('close', leave).writeHead(200, { 'content-encoding': 'zstd' });
      response.write('more is to come');
    });
    expect((await refusal(client([url]).get(url, request))).message).toMatch(
      /"zstd", which Graft did not ask for and cannot read/,
    );
    await left;
  }, 2_000);

  it('has headers that can be read', async () => {
    const { url } = await site((_, response) => {
      response.writeHead(200, { 'x-long': 'a'.repeat(maxHeaderSize) }).end('page');
    });
    expect((await refusal(client([url]).get(url, request))).message).toMatch(
      /answers with more than 16 KiB of headers/,
    );
  });

  it('does not go round in circles', async () => {
    const { url, asked } = await site((asking, response) => {
      response.writeHead(302, { location: `${asking.url ?? ''}a` }).end();
    });
    expect((await refusal(client([url]).get(url, request))).message).toMatch(/more than 5 times/);
    expect(asked).toHaveLength(6);
  });

  it('names the page of the graph where it leads to what fails', async () => {
    const { url } = await site((asking, response) => {
      const targets: Record<string, string> = {
        '/to-none': 'http://[::1',
        '/to-closed': '/closed',
      };
      const location = targets[asking.url ?? ''];
      if (location === undefined) response.destroy();
      else response.writeHead(302, { location }).end();
    });
    for (const [path, message] of [
      [
        '/to-none',
        /^"http:\/\/\[::1" is not the address of a page\. Correct it\. \S+\/to-none redirects there\.$/,
      ],
      ['/to-closed', /read \S+\/closed: .* \S+\/to-closed redirects there\.$/],
    ] as const) {
      expect((await refusal(client([url]).get(url + path, request))).message).toMatch(message);
    }
  });

  it('comes whole', async () => {
    const { url } = await site((_, response) => {
      response.writeHead(200, { 'content-length': '10' });
      response.write('half');
      setTimeout(() => response.destroy(), 20);
    });
    expect((await refusal(client([url]).get(url, request))).message).toMatch(/connection failed/);
  });

  it('is given with where it came from, unpacked', async () => {
    const { url } = await site((asking, response) => {
      if (asking.url === '/') response.writeHead(301, { location: '/page' }).end();
      else {
        response.setHeader('content-type', 'text/html; charset=utf-8');
        response.writeHead(404, { 'content-encoding': 'gzip' }).end(gzipSync('gone'));
      }
    });
    const reply = await client([url]).get(`${url}#part`, request);
    expect(reply).toMatchObject({
      ...{ url: `${url}/page`, status: 404, type: 'text/html; charset=utf-8' },
    });
    expect(Buffer.from(reply.body).toString()).toBe('gone');
  });
});

describe('what was given before', () => {
  const etag = '"v1"';
  const modified = 'Thu, 26 Nov 2026 08:00:00 GMT';
  /** A page behind a redirect, which is not sent again where it is known. */
  const kept = () =>
    site(({ url, headers }, response) => {
      if (url === '/old') response.writeHead(301, { location: '/page' }).end();
      else if (headers['if-none-match'] === etag) response.writeHead(304).end();
      else response.writeHead(200, { etag, 'last-modified': modified }).end('page');
    });

  it('is not sent again where it still stands', async () => {
    const { url, asked } = await kept();
    const web = client([url]);
    const { validators, ...reply } = await web.get(`${url}/old`, request);
    expect([reply.url, validators]).toEqual([`${url}/page`, { etag, modified }]);
    const known = { url: reply.url, validators: validators ?? { etag: '', modified: '' } };
    const again = await web.get(`${url}/old`, { ...request, known });
    expect([again.status, again.url, again.body.byteLength]).toEqual([304, `${url}/page`, 0]);
    expect(asked).toEqual(['/old', '/page', '/old', '/page']);
  });

  it('is asked about by its own address only, and never where rules are asked for', async () => {
    const said: [string | undefined, string | undefined][] = [];
    const { url } = await site(({ url: path, headers }, response) => {
      said.push([path, headers['if-none-match'] ?? headers['if-modified-since']]);
      response.end('');
    });
    const known = { url: `${url}/robots.txt`, validators: { etag: '', modified } };
    await client([url]).get(`${url}/other`, { ...request, robots: true, known });
    await client([url]).get(`${url}/robots.txt`, { ...request, known });
    expect(said).toEqual([
      ['/robots.txt', undefined],
      ['/other', undefined],
      ['/robots.txt', modified],
    ]);
  });
});

it('stops when nobody waits any more', async () => {
  const controller = new AbortController();
  const { url } = await site(() => controller.abort(new Error('enough')));
  const { signal } = controller;
  await expect(client([url]).get(url, { ...request, signal })).rejects.toThrow('enough');
});

it('says that there is nothing at an address', async () => {
  const { url, port } = await site(() => undefined);
  await closeSites();
  expect((await refusal(client([url]).get(url, request))).message).toMatch(/ECONNREFUSED/);
  const unknown: Resolve = () =>
    Promise.reject(Object.assign(new Error('no'), { code: 'ENOTFOUND' }));
  const getting = client([], { resolve: unknown }).get(`http://nowhere.example:${port}`, request);
  expect((await refusal(getting)).message).toMatch(/cannot find the host nowhere\.example/);
});

describe('what carries something of the workspace', () => {
  const asking = { ...request, asks: true as const };
  const resolve: Resolve = () => Promise.resolve([{ address: '127.0.0.1', family: 4 }]);

  it('goes to this machine and to what the operator lists, and nowhere else', async () => {
    const { url, port, asked } = await site((_, response) => response.end('found'));
    expect(await client([]).get(`${url}/?q=kiln`, asking)).toMatchObject({ status: 200 });
    const named = `http://search.example:${port}`;
    const listed = client([], { resolve, endpoints: named });
    expect(await listed.get(`${named}/?q=kiln`, asking)).toMatchObject({ status: 200 });
    expect(asked).toHaveLength(2);
    // That graphs may read its pages is another matter.
    const error = await refusal(client([named], { resolve }).get(`${named}/?q=kiln`, asking));
    expect(error.message).toMatch(/GRAFT_ENDPOINTS/);
    await refusal(client([]).get('https://93.184.216.34/?q=kiln', asking));
    expect(asked).toHaveLength(2);
  });

  it('is not sent on', async () => {
    const { url } = await site((_, response) => {
      response.writeHead(302, { location: 'https://93.184.216.34/?q=kiln' }).end();
    });
    const error = await refusal(client([]).get(`${url}/?q=kiln`, asking));
    expect(error.message).toMatch(/93\.184\.216\.34.*GRAFT_ENDPOINTS/);
    expect(error.message).not.toContain('kiln');
  });

  it('is led to no other port of this machine', async () => {
    const other = await site((_, response) => response.end('secret'));
    const { url, asked } = await site(({ url: path = '' }, response) => {
      if (path === '/found') response.end('found');
      else response.writeHead(302, { location: path === '/own' ? '/found' : other.url }).end();
    });
    const error = await refusal(client([]).get(`${url}/?q=kiln`, asking));
    expect(error.message).toMatch(/GRAFT_ENDPOINTS.*redirects there/s);
    expect(other.asked).toEqual([]);
    expect(await client([]).get(`${url}/own`, asking)).toMatchObject({ status: 200 });
    expect(asked).toHaveLength(3);
    const listed = client([], { resolve, endpoints: new URL(other.url).origin });
    expect(await listed.get(`${url}/?q=kiln`, asking)).toMatchObject({ status: 200 });
  });
});
