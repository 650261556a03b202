import { createServer, request as httpRequest } from 'node:http';
import { once } from 'node:events';
import { readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterAll, describe, expect, it, onTestFinished, type TestContext } from 'vitest';
import {
  gatewaySecret,
  startS3Gateway,
  type S3Gateway,
} from '../../backends/testing/s3-gateway.ts';
import { all, artifactStoreContract, bytesOf, noise, sha256 } from '../testing/contract/index.ts';
import { temporaryFolder } from '../testing/contract/temporary.ts';
import { verifyAll } from '../verify-all.ts';
import { WorkspaceIdentity } from '../workspace-mark.ts';
import { Bucket } from './bucket.ts';
import { openArtifactStores, readS3Settings, reachS3, type S3Settings } from './index.ts';

const gateway = await startS3Gateway();
afterAll(() => (gateway.missing === undefined ? gateway[Symbol.asyncDispose]() : undefined));

const there = ({ skip }: TestContext): S3Gateway =>
  gateway.missing === undefined ? gateway : skip(gateway.missing);

let prefixes = 0;
const nextPrefix = (): string => `p${String((prefixes += 1))}/deep`;

function settingsOf({ variables }: S3Gateway, prefix: string, other = {}): S3Settings {
  const settings = readS3Settings({ ...variables(prefix), ...other });
  if (settings === undefined) throw new Error('no place');
  return settings;
}

/** A machine's view of a prefix: with a folder of copies of its own. */
async function opened(at: S3Gateway, prefix: string, other = {}) {
  const folder = await temporaryFolder();
  const stores = await openArtifactStores(folder, settingsOf(at, prefix, other));
  onTestFinished(() => {
    stores.close();
  });
  return { ...stores, folder, store: stores.artifacts };
}

const objectOf = (at: S3Gateway, prefix: string, digest: string): string =>
  join(at.folder, prefix, 'sha256', digest.slice(0, 2), digest);

describe.skipIf(gateway.missing !== undefined)('S3', () => {
  artifactStoreContract('S3ArtifactStore', async () => {
    if (gateway.missing !== undefined) throw new Error(gateway.missing);
    const prefix = nextPrefix();
    const { store, folder } = await opened(gateway, prefix);
    return {
      store,
      // As another machine sees it: without a copy.
      damage: async (digest) => {
        const path = objectOf(gateway, prefix, digest);
        await writeFile(path, Buffer.concat([await readFile(path), Buffer.from('x')]));
        await rm(join(folder, 'artifacts/sha256', digest.slice(0, 2), digest));
        await rm(join(folder, 'artifacts/trees'), { recursive: true, force: true });
      },
    };
  });

  it('sends a large artifact in parts, once, and jumps within it without fetching it', async (context) => {
    const [at, prefix] = [there(context), nextPrefix()];
    const [here, elsewhere] = [await opened(at, prefix), await opened(at, prefix)];
    const bytes = noise(40_000_000, 3);
    const puts = await Promise.all([here.store.put([bytes]), here.store.put([bytes])]);
    const [{ digest } = { digest: '' }] = puts;
    expect(digest).toBe(sha256(bytes));
    expect((await stat(objectOf(at, prefix, digest))).size).toBe(40_000_000);
    const tail = await bytesOf(elsewhere.store.getFrom(digest, 39_000_000));
    expect(tail.equals(bytes.subarray(39_000_000))).toBe(true);
    expect(await elsewhere.copies?.size()).toBe(0);
    expect(bytes.equals(await bytesOf(elsewhere.store.get(digest)))).toBe(true);
    expect(await elsewhere.copies?.size()).toBe(40_000_000);
  });

  it('is one store for several machines', async (context) => {
    const [at, prefix] = [there(context), nextPrefix()];
    const [here, elsewhere] = [await opened(at, prefix), await opened(at, prefix)];
    const { digest } = await here.store.put([noise(5_000, 4)]);
    expect(await elsewhere.store.has(digest)).toBe(true);
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'weights'), noise(7_000, 5));
    const tree = await here.store.putTree(folder);
    expect(await readdir(await elsewhere.store.openTree(tree.digest))).toEqual(['weights']);
    await elsewhere.store.delete(digest);
    // What was seen a moment ago is believed, unless a fresh look is asked for.
    expect(await here.store.has(digest)).toBe(true);
    expect(await here.store.has(digest, { fresh: true })).toBe(false);
    expect(await all(elsewhere.store.list())).toHaveLength(2);
  });

  it('shows as used what is stored again', async (context) => {
    const [at, prefix] = [there(context), nextPrefix()];
    const { store } = await opened(at, prefix);
    const { digest } = await store.put([noise(100, 6)]);
    const old = new Date(Date.now() - 3_600_000);
    await utimes(objectOf(at, prefix, digest), old, old);
    expect((await all(store.list()))[0]?.usedAt).toBeLessThan(Date.now() - 3_000_000);
    await store.put([noise(100, 6)]);
    expect((await all(store.list()))[0]?.usedAt).toBeGreaterThan(Date.now() - 60_000);
  });

  it('heals a damaged copy from the bucket, and a damaged object from the copy', async (context) => {
    const [at, prefix] = [there(context), nextPrefix()];
    const { store, folder } = await opened(at, prefix);
    const bytes = noise(2_000, 7);
    const { digest } = await store.put([bytes]);
    const copy = join(folder, 'artifacts/sha256', digest.slice(0, 2), digest);
    await rm(copy);
    await writeFile(copy, noise(2_000, 8));
    expect(bytes.equals(await bytesOf(store.get(digest)))).toBe(true);
    await writeFile(objectOf(at, prefix, digest), noise(2_000, 9));
    expect(await store.verify(digest)).toBe(true);
    expect(bytes.equals(await readFile(objectOf(at, prefix, digest)))).toBe(true);
  });

  it('fetches again what the way altered, and keeps the object', async (context) => {
    const [at, prefix] = [there(context), nextPrefix()];
    const { digest } = await (await opened(at, prefix)).store.put([noise(3_000, 10)]);
    const proxy = await faultyProxy(at.url);
    const { store } = await opened(at, prefix, { AWS_ENDPOINT_URL_S3: proxy.url });
    proxy.alterNext();
    expect(sha256(await bytesOf(store.get(digest)))).toBe(digest);
    expect(proxy.altered()).toBe(1);
    expect((await stat(objectOf(at, prefix, digest))).size).toBe(3_000);
  });

  it('deletes no good object where the way alters every answer', async (context) => {
    const [at, prefix] = [there(context), nextPrefix()];
    const here = await opened(at, prefix);
    const small = await here.store.put([noise(3_000, 16)]);
    const large = await here.store.put([noise(9_000_000, 17)]);
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'weights'), noise(7_000, 18));
    const tree = await here.store.putTree(folder);
    const proxy = await faultyProxy(at.url);
    const { store } = await opened(at, prefix, { AWS_ENDPOINT_URL_S3: proxy.url });
    const altered = {
      code: 'unavailable',
      message: expect.stringContaining('on the way') as string,
    };
    await bytesOf(store.get(tree.digest));
    proxy.alterAll();
    for (const { digest } of [small, large]) {
      await expect(bytesOf(store.get(digest))).rejects.toMatchObject(altered);
      await expect(store.verify(digest)).rejects.toMatchObject(altered);
    }
    await expect(store.openTree(tree.digest)).rejects.toMatchObject(altered);
    await expect(verifyAll(store)).rejects.toMatchObject(altered);
    expect(await all(here.store.list())).toHaveLength(4);
  });

  it('recomputes an object that was overwritten with others of its length', async (context) => {
    const [at, prefix] = [there(context), nextPrefix()];
    const bytes = noise(3_000, 19);
    const { digest } = await (await opened(at, prefix)).store.put([bytes]);
    const settings = settingsOf(at, prefix);
    const bucket = new Bucket(settings);
    onTestFinished(() => {
      bucket.close();
    });
    const other = noise(3_000, 20);
    const checksum = Buffer.from(sha256(other), 'hex').toString('base64');
    await bucket.replace(`sha256/${digest.slice(0, 2)}/${digest}`, {
      ...{ size: 3_000, checksum },
      bytes: async function* () {
        yield other;
      },
    });
    const { store } = await opened(at, prefix);
    await expect(bytesOf(store.get(digest))).rejects.toMatchObject({ code: 'store-damaged' });
    expect(await store.has(digest)).toBe(false);
  });

  it('waits for a service that is away for a while', async (context) => {
    const [at, prefix] = [there(context), nextPrefix()];
    const { store } = await opened(at, prefix);
    await store.put([noise(100, 11)]);
    await at.stop();
    const waiting = store.put([noise(100, 12)]);
    await at.start();
    expect((await waiting).size).toBe(100);
  });

  it('says at once that nothing answers, that the bucket is missing and that the key is wrong', async (context) => {
    const at = there(context);
    const failure = async (other: Record<string, string>): Promise<unknown> =>
      reachS3(settingsOf(at, 'x', other)).catch((error: unknown) => error);
    const cases = [
      [{ AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:1' }, 'cannot be reached'],
      [{ GRAFT_ARTIFACTS: 's3://nowhere/x' }, 'does not exist'],
      [{ AWS_SECRET_ACCESS_KEY: 'wrong-secret' }, 'refused the key'],
      [{ AWS_ACCESS_KEY_ID: 'nobody' }, 'refused the key'],
    ] as const;
    for (const [other, message] of cases) {
      const error = await failure(other);
      expect(String(error)).toContain(message);
      expect(error).toMatchObject({ code: 'unavailable', audience: 'operator' });
      expect(inspect(error, { depth: 10 })).not.toMatch(
        new RegExp(`wrong-secret|${gatewaySecret}`),
      );
    }
    await reachS3(settingsOf(at, 'x'));
  });

  it('leaves out the copies that were used longest ago, but none that a run may read', async (context) => {
    const [at, prefix] = [there(context), nextPrefix()];
    const { store, copies, folder } = await opened(at, prefix, { GRAFT_ARTIFACTS_CACHE: '2500' });
    const digests: string[] = [];
    for (const seed of [13, 14, 15]) digests.push((await store.put([noise(1_000, seed)])).digest);
    const [first = ''] = digests;
    await copies?.shrink();
    expect(await copies?.size()).toBe(3_000);
    const hourAgo = Date.now() - 3_600_000;
    for (const [index, digest] of digests.entries()) {
      const time = new Date(hourAgo + index * 1_000);
      await utimes(join(folder, 'artifacts/sha256', digest.slice(0, 2), digest), time, time);
    }
    await copies?.shrink(hourAgo);
    expect(await copies?.size()).toBe(3_000);
    await copies?.shrink();
    expect(await copies?.size()).toBe(2_000);
    expect(await bytesOf(store.get(first))).toHaveLength(1_000);
  });

  it('belongs to one workspace', async (context) => {
    const [at, prefix] = [there(context), nextPrefix()];
    const { mark } = await opened(at, prefix);
    if (mark === undefined) throw new Error('no mark');
    await new WorkspaceIdentity(await temporaryFolder(), '/home/me/notes').claim([mark]);
    const other = new WorkspaceIdentity(await temporaryFolder(), '/home/me/other');
    await expect(other.claim([mark])).rejects.toThrow('/home/me/notes');
  });
});

/** A way to the service that alters the last byte of an answer with an artifact, when it is asked to. */
async function faultyProxy(target: string) {
  let [alters, always, altered] = [false, false, 0];
  const proxy = createServer((request, response) => {
    const url = new URL(request.url ?? '', target);
    const headers = new Headers();
    for (const [name, value] of Object.entries(request.headers)) {
      if (typeof value === 'string' && !/^(connection|expect)$/.test(name))
        headers.set(name, value);
    }
    void (async () => {
      // The signature covers the host that the client asked.
      const answer = await forward(url, request.method ?? 'GET', headers);
      const spoils =
        (alters || always) && request.method === 'GET' && url.pathname.includes('/sha256/');
      if (spoils) {
        alters = false;
        altered += 1;
        const at = answer.bytes.length - 1;
        answer.bytes[at] = (answer.bytes[at] ?? 0) ^ 1;
      }
      response.writeHead(answer.status, { ...answer.headers });
      response.end(answer.bytes);
    })();
  }).listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  onTestFinished(() => {
    proxy.close();
    proxy.closeAllConnections();
  });
  const address = proxy.address();
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
  return {
    url: `http://127.0.0.1:${String(port)}`,
    alterNext: () => (alters = true),
    alterAll: () => (always = true),
    altered: () => altered,
  };
}

/** Sends a request on with the headers as they came, which `fetch` would not. */
function forward(url: URL, method: string, headers: Headers) {
  return new Promise<{ status: number; headers: Record<string, string>; bytes: Buffer }>(
    (resolve, reject) => {
      const sent = httpRequest(url, { method, headers: Object.fromEntries(headers) }, (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.once('end', () => {
          const bytes = Buffer.concat(chunks);
          const told = Object.entries(answer.headers).filter(
            (entry): entry is [string, string] => typeof entry[1] === 'string',
          );
          resolve({ status: answer.statusCode ?? 500, headers: Object.fromEntries(told), bytes });
        });
      });
      sent.once('error', reject);
      sent.end();
    },
  );
}
