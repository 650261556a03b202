import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HubServer, type HubServerRequest } from '../testing/hub-server.ts';
import { hubFolder } from '../testing/hub-folder.ts';
import { HubAccess } from './hub-access.ts';
import { PartFile } from './part-file.ts';
import { downloadUrl, type UrlDownload } from './url-download.ts';

const piece = 64 * 1024;
const weights = randomBytes(20 * piece + 100);
const digest = createHash('sha256').update(weights).digest('hex');

let root = '';
let part = '';
let hub: HubServer;
let waits: number[] = [];
const cleanUp: AsyncDisposable[] = [];
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'graft-url-'));
  part = join(root, 'x.part');
  waits = [];
  const folder = await hubFolder({ 'o/r': { 'w.gguf': weights } });
  hub = await HubServer.start({ folder: folder.path });
  cleanUp.push(folder, hub);
});
afterEach(async () => {
  for (const each of cleanUp.splice(0).reverse()) await each[Symbol.asyncDispose]();
  await rm(root, { recursive: true, force: true });
});

const download = (changes: Partial<UrlDownload> = {}) =>
  downloadUrl({
    ...{ url: `${hub.url}/o/r/resolve/main/w.gguf`, part, digest, size: weights.length, piece },
    access: new HubAccess({
      endpoint: hub.url,
      environment: {},
      pause: (ms) => {
        waits.push(ms);
        return Promise.resolve();
      },
    }),
    signal: new AbortController().signal,
    received: () => undefined,
    ...changes,
  });
const transfers = (): HubServerRequest[] => hub.requests.filter(({ host }) => host === 'cdn');
const downloaded = async (): Promise<boolean> => (await readFile(part)).equals(weights);
/** Bytes that were asked for. */
const asked = (): number =>
  transfers().reduce((sum, { range = '' }) => {
    const [, from = '0', to = ''] = /bytes=(\d+)-(\d*)/.exec(range) ?? [];
    return sum + (to === '' ? weights.length : Number(to) + 1) - Number(from);
  }, 0);

describe('a large file', () => {
  it('comes in pieces, each asked for once, several at a time', async () => {
    const held = hub.gate.stopAfter(1, 'hold');
    const coming = download();
    await held;
    await expect.poll(() => transfers().length).toBe(4);
    hub.gate.open();
    expect(await coming).toEqual({ digest, size: weights.length });
    expect(await downloaded()).toBe(true);
    expect(transfers()).toHaveLength(21);
    expect(asked()).toBe(weights.length);
  });

  it('goes on where it was given up, without what has come', async () => {
    const abort = new AbortController();
    const held = hub.gate.stopAfter(9 * piece, 'hold');
    const given = download({ signal: abort.signal });
    await held;
    abort.abort();
    await expect(given).rejects.toThrow();
    hub.gate.open();
    const has = await PartFile.received(part);
    expect(has).toBeGreaterThan(0);
    hub.requests.length = 0;
    const told: number[] = [];
    await download({ received: (bytes) => told.push(bytes) });
    expect(await downloaded()).toBe(true);
    expect(asked()).toBe(weights.length - has);
    expect(told[0]).toBeGreaterThan(has);
    expect(told.at(-1)).toBe(weights.length);
  });

  it('goes on when the network was gone for a while', async () => {
    let cuts = 0;
    const cut = hub.gate.stopAfter(12 * piece, 'cut').then(() => (cuts += 1));
    const access = new HubAccess({
      endpoint: hub.url,
      environment: {},
      pause: (ms) => {
        waits.push(ms);
        // Fewer than make one of the four give up, should it fail alone.
        if (waits.length === 5) hub.gate.open();
        return Promise.resolve();
      },
    });
    await download({ access });
    await cut;
    expect(cuts).toBe(1);
    expect(await downloaded()).toBe(true);
    expect(waits.some((ms) => ms > 0)).toBe(true);
  });

  it('keeps what has come when the network stays away', async () => {
    void hub.gate.stopAfter(12 * piece, 'cut');
    await expect(download()).rejects.toThrow();
    expect(await PartFile.received(part)).toBeGreaterThan(0);
    expect(waits).toContain(30_000);
  });

  it('comes in one go from a server that gives no ranges', async () => {
    hub.fail({
      ...{ host: 'cdn', on: /./ },
      answer: (response) => void response.writeHead(200).end(weights),
    });
    await download();
    expect(await downloaded()).toBe(true);
  });

  it('is refused by a server without ranges that holds a shorter one, which is asked once more', async () => {
    hub.fail({
      ...{ host: 'cdn', on: /./ },
      answer: (response) => void response.writeHead(200).end(weights.subarray(0, 9 * piece)),
    });
    await expect(download()).rejects.toThrow(`it holds ${9 * piece} bytes instead of`);
    expect(transfers().length).toBeLessThan(10);
  });

  it('is given up where each attempt ends early and begins anew', async () => {
    hub.fail({
      ...{ host: 'cdn', on: /./ },
      answer: (response) => {
        response.writeHead(200, { connection: 'close' });
        response.write(weights.subarray(0, 9 * piece), () => response.destroy());
      },
    });
    await expect(download()).rejects.toThrow();
    expect(waits).toContain(30_000);
  });

  it('is waited for as long as the server asks, and not at all when it asks for too long', async () => {
    const url = /resolve/;
    hub.fail({
      ...{ host: 'hub', on: url, times: 1 },
      answer: (response) => void response.writeHead(429, { 'retry-after': '7' }).end(),
    });
    hub.fail({
      ...{ host: 'hub', on: url, times: 1 },
      answer: (response) =>
        void response.writeHead(429, { ratelimit: '"resolvers";r=0;t=55' }).end(),
    });
    hub.fail({
      ...{ host: 'cdn', on: /./, times: 1 },
      answer: (response) => void response.writeHead(503).end(),
    });
    await download();
    expect(waits.toSorted((a, b) => a - b).at(-1)).toBe(56_000);
    expect(waits).toContain(7_000);
    expect(waits).toContain(1_000);
  });
});

describe('a file of which nobody knows the size', () => {
  const other = randomBytes(weights.length);
  const half = weights.length / 2;
  const unknown = { digest: undefined, size: undefined };
  /** A server that breaks off in the middle of the first answer, and what it says of the bytes. */
  const breaksOff = (headers: Record<string, string>): void =>
    hub.fail({
      ...{ host: 'hub', on: /./, times: 1 },
      answer: (response) => {
        response.writeHead(200, { ...headers, 'content-length': weights.length });
        response.write(weights.subarray(0, half), () => response.destroy());
      },
    });

  it('goes on where it broke off while the server has the same', async () => {
    breaksOff({ etag: '"a"' });
    hub.fail({
      ...{ host: 'hub', on: /./ },
      answer: (response, { headers }) => {
        expect(headers['if-range']).toBe('"a"');
        const from = Number(/\d+/.exec(headers.range ?? '')?.[0]);
        const range = `bytes ${from}-${weights.length - 1}/${weights.length}`;
        response.writeHead(206, { etag: '"a"', 'content-range': range });
        response.end(weights.subarray(from));
      },
    });
    await download(unknown);
    expect(await downloaded()).toBe(true);
  });

  it.each<[string, Record<string, string>, Record<string, string>]>([
    ['another file whatever was asked for', { etag: '"a"' }, { etag: '"b"' }],
    ['a later one', { 'last-modified': 'Mon' }, { 'last-modified': 'Tue' }],
    ['bytes of which it says nothing', {}, {}],
    ['another part', { etag: '"a"' }, { etag: '"a"', 'content-range': 'bytes 7-9/10' }],
  ])('begins anew where the server continues with %s', async (_, before, after) => {
    breaksOff(before);
    hub.fail({
      ...{ host: 'hub', on: /./ },
      answer: (response, { headers }) => {
        const from = Number(/\d+/.exec(headers.range ?? '')?.[0] ?? 0);
        const range = `bytes ${from}-${other.length - 1}/${other.length}`;
        if (from === 0) response.writeHead(200, { etag: '"b"' });
        else response.writeHead(206, { 'content-range': range, ...after });
        response.end(other.subarray(from));
      },
    });
    await download(unknown);
    expect((await readFile(part)).equals(other)).toBe(true);
  });
});

describe('what has come of a file', () => {
  const bytes = (length: number): Uint8Array => new Uint8Array(length).fill(1);

  it('is known after the process was killed in the midst', async () => {
    const file = await PartFile.open(part);
    await file.write(bytes(10), 0);
    await file.write(bytes(2 << 20), 100);
    await file.write(bytes(10), 10);
    // Nothing is closed: as after a kill.
    expect(await PartFile.received(part)).toBe(10 + (2 << 20));
    const again = await PartFile.open(part);
    expect(again.gaps(200 + (2 << 20), 50)).toEqual([
      [10, 60],
      [60, 100],
      [100 + (2 << 20), 150 + (2 << 20)],
      [150 + (2 << 20), 200 + (2 << 20)],
    ]);
    await again[Symbol.asyncDispose]();
    await file[Symbol.asyncDispose]();
    expect(await PartFile.received(part)).toBe(20 + (2 << 20));
  });

  it('is all that there is of one that has grown from its beginning', async () => {
    const file = await PartFile.open(part);
    await file.write(bytes(10), 0);
    await file.write(bytes(10), 10);
    expect(await PartFile.received(part)).toBe(20);
    await file[Symbol.asyncDispose]();
    expect(await readdir(root)).toEqual(['x.part']);
  });

  it('is not what a damaged list says of bytes that are not there', async () => {
    await writeFile(part, bytes(100));
    await writeFile(`${part}.ranges`, '0 10\n20 30\nnonsense\n50 40\n90 200\n60 7');
    expect(await PartFile.received(part)).toBe(20);
    const file = await PartFile.open(part);
    await file.clear();
    await file[Symbol.asyncDispose]();
    expect((await stat(part)).size).toBe(0);
    expect(await readdir(root)).toEqual(['x.part']);
  });
});
