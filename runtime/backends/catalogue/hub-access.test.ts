import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OperatorChoices } from '../access/operator-choices.ts';
import { HubServer } from '../testing/hub-server.ts';
import { hubFolder, smallGguf } from '../testing/hub-folder.ts';
import { HubAccess } from './hub-access.ts';
import { proxyFor } from './proxy.ts';

let root = '';
const cleanUp: AsyncDisposable[] = [];
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'graft-access-'));
});
afterEach(async () => {
  for (const each of cleanUp.splice(0).reverse()) await each[Symbol.asyncDispose]();
  await rm(root, { recursive: true, force: true });
});

async function serve(): Promise<HubServer> {
  const folder = await hubFolder({ 'o/r': { 'm.gguf': smallGguf(64), 'a.json': '{}' } });
  const hub = await HubServer.start({ folder: folder.path });
  cleanUp.push(folder, hub);
  return hub;
}

/** What the hub is sent as authorization. */
async function sent(environment: Readonly<Record<string, string>>): Promise<string | undefined> {
  const hub = await serve();
  const access = new HubAccess({
    endpoint: hub.url,
    environment: { XDG_CONFIG_HOME: root, XDG_CACHE_HOME: join(root, 'cache'), ...environment },
  });
  const { signal } = new AbortController();
  const { response } = await access.open(`${hub.url}/o/r/resolve/main/a.json`, { signal });
  response.resume();
  return hub.requests[0]?.authorization;
}

describe('the token of the hub', () => {
  it('is found where the hub’s own tools look for it, the environment first', async () => {
    expect(await sent({})).toBeUndefined();
    await mkdir(join(root, 'cache/huggingface'), { recursive: true });
    await writeFile(join(root, 'cache/huggingface/token'), 'hf_cache\n');
    expect(await sent({})).toBe('Bearer hf_cache');
    await mkdir(join(root, 'home'));
    await writeFile(join(root, 'home/token'), 'hf_home\n');
    expect(await sent({ HF_HOME: join(root, 'home') })).toBe('Bearer hf_home');
    await writeFile(join(root, 'other'), 'hf_path');
    const path = { HF_HOME: join(root, 'home'), HF_TOKEN_PATH: join(root, 'other') };
    expect(await sent(path)).toBe('Bearer hf_path');
    expect(await sent({ ...path, HUGGING_FACE_HUB_TOKEN: 'hf_old' })).toBe('Bearer hf_old');
    expect(await sent({ HUGGING_FACE_HUB_TOKEN: 'hf_old', HF_TOKEN: 'hf_new' })).toBe(
      'Bearer hf_new',
    );
  });

  it('counts from the moment it is set in the operator’s file', async () => {
    const hub = await serve();
    const environment = { XDG_CONFIG_HOME: root, XDG_CACHE_HOME: join(root, 'cache') };
    const access = new HubAccess({ endpoint: hub.url, environment });
    const choices = new OperatorChoices(environment);
    const ask = async (): Promise<void> => {
      const { signal } = new AbortController();
      (await access.open(`${hub.url}/o/r/resolve/main/a.json`, { signal })).response.resume();
    };
    expect(await access.hasToken()).toBe(false);
    await ask();
    await choices.setHubToken('hf_0123456789');
    expect(await access.hasToken()).toBe(true);
    await ask();
    await choices.setHubToken(undefined);
    await ask();
    expect(hub.requests.map(({ authorization }) => authorization)).toEqual([
      ...[undefined, 'Bearer hf_0123456789', undefined],
    ]);
  });

  it('may be a secret in the operator’s file, which others cannot read', async () => {
    await mkdir(join(root, 'graft'));
    const file = join(root, 'graft/settings.env');
    await writeFile(file, 'HF_TOKEN=hf_kept\n', { mode: 0o600 });
    expect(await sent({})).toBe('Bearer hf_kept');
  });

  it('is refused without being repeated when it is none', async () => {
    await expect(sent({ HF_TOKEN: 'two words' })).rejects.toThrow(/is not a token/);
    await expect(sent({ HF_TOKEN: 'two words' })).rejects.not.toThrow(/two words/);
  });
});

it('an address of a hub that is none is refused', async () => {
  for (const endpoint of ['hub.example', 'ftp://hub.example', 'https://']) {
    const access = new HubAccess({ endpoint, environment: {} });
    const { signal } = new AbortController();
    const asked = access.open(`${endpoint}/api/models`, { signal, own: true });
    await expect(asked).rejects.toThrow(/not (the address of a hub|a web address)/);
  }
});

describe('a proxy', () => {
  const proxy = (url: string, environment: Record<string, string>): string | undefined =>
    proxyFor(new URL(url), environment)?.host;

  it('is what the environment names for the scheme', () => {
    const all = { HTTPS_PROXY: 'http://a:1', HTTP_PROXY: 'b:2', ALL_PROXY: 'http://c:3' };
    expect(proxy('https://hub.example/', all)).toBe('a:1');
    expect(proxy('http://hub.example/', all)).toBe('b:2');
    expect(proxy('https://hub.example/', { ALL_PROXY: 'http://c:3' })).toBe('c:3');
    expect(proxy('https://hub.example/', { https_proxy: 'http://d:4', ...all })).toBe('d:4');
    expect(proxy('https://hub.example/', { HTTP_PROXY: 'http://a:1' })).toBeUndefined();
    for (const own of ['http://127.0.0.1:9/', 'http://localhost/', 'http://[::1]/']) {
      expect(proxy(own, all)).toBeUndefined();
    }
  });

  it.each([
    ['hub.example', true],
    ['.example', true],
    ['*.example', true],
    ['other.org, hub.example:443', false],
    ['*', true],
    ['ub.example', false],
    ['', false],
  ])('is left out for NO_PROXY=%j: %s', (exceptions, isLeftOut) => {
    const found = proxy('https://hub.example/', { HTTPS_PROXY: 'p:1', NO_PROXY: exceptions });
    expect(found).toBe(isLeftOut ? undefined : 'p:1');
  });

  it('whose address cannot be used is refused without repeating it', () => {
    for (const address of ['socks5://me:secret@a:1', 'http://', 'me:secret@']) {
      const use = (): unknown => proxy('https://hub.example/', { HTTPS_PROXY: address });
      expect(use).toThrow(/HTTPS_PROXY or HTTP_PROXY/);
      expect(use).not.toThrow(/secret/);
    }
  });

  it('is asked for a tunnel, and sees neither the path nor the token', async () => {
    const asked: unknown[] = [];
    const refusing = createServer();
    refusing.on('connect', ({ url, headers }, socket) => {
      asked.push([url, headers['proxy-authorization'], headers['authorization']]);
      socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
    });
    await new Promise<void>((resolve) => refusing.listen(0, '127.0.0.1', resolve));
    const { port } = refusing.address() as AddressInfo;
    const access = new HubAccess({
      endpoint: 'https://hub.example',
      environment: {
        ...{ HF_TOKEN: 'hf_secret', XDG_CONFIG_HOME: root },
        HTTPS_PROXY: `http://me:pw@127.0.0.1:${port}`,
      },
    });
    const { signal } = new AbortController();
    const opened = access.open('https://hub.example/o/r/resolve/main/x', { signal });
    await expect(opened).rejects.toThrow(`the proxy 127.0.0.1:${port} answered 403`);
    expect(asked).toEqual([['hub.example:443', 'Basic bWU6cHc=', undefined]]);
    await new Promise((resolve) => refusing.close(resolve));
  });

  it('carries what is not encrypted as a whole', async () => {
    const hub = await serve();
    const access = new HubAccess({
      endpoint: 'http://hub.example',
      environment: {
        HTTP_PROXY: hub.url.replace('//', '//me:pw@'),
        XDG_CONFIG_HOME: root,
      },
    });
    const { signal } = new AbortController();
    const opened = await access.open('http://hub.example/o/r/resolve/main/a.json', { signal });
    expect(opened.response.statusCode).toBe(200);
    // The key of the proxy is not one of the hub.
    expect(hub.requests[0]?.authorization).toBeUndefined();
    opened.response.destroy();
  });
});

it('a server that takes the connection and says nothing gives way', async () => {
  const silent = createServer();
  silent.on('request', () => undefined);
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const { port } = silent.address() as AddressInfo;
  const abort = new AbortController();
  const access = new HubAccess({ environment: {} });
  const opened = access.open(`http://127.0.0.1:${port}/`, { signal: abort.signal });
  const probe = connect(port, '127.0.0.1');
  probe.on('connect', () => abort.abort(new Error('given up')));
  await expect(opened).rejects.toThrow('given up');
  probe.destroy();
  silent.closeAllConnections();
  await new Promise((resolve) => silent.close(resolve));
});
