import { createHash, randomBytes } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ModelEntry } from '@graft/graph';
import { ownerStamp } from '@graft/kit';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createCatalogue } from './catalogue.ts';
import type { Catalogue } from './catalogue-contract.ts';

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const files = new Map([
  ['config.json', Buffer.from('{"model_type":"bert"}')],
  ['onnx/model.onnx', randomBytes(300_000)],
]);
const bytesOf = new Map([...files.values()].map((bytes) => [sha256(bytes), bytes]));

/** What the package holds under a digest. */
async function* blob(digest: string): AsyncGenerator<Uint8Array> {
  yield bytesOf.get(digest) ?? Buffer.from('other bytes');
}

const packed = { name: 'theirs', blob };

function entryOf(held: ReadonlyMap<string, Uint8Array>): ModelEntry {
  return {
    ...{ id: 'm', title: 'M', kind: 'embedder', format: 'onnx', architecture: 'bert' },
    ...{ licence: { id: 'MIT', consent: false }, dtype: 'fp32', dimension: 4 },
    ...{ contextLength: 16, parameters: 1 },
    files: [...held].map(([path, bytes]) => ({
      ...{ path, size: bytes.length, digest: sha256(bytes), sources: [`file:/packed/${path}`] },
    })),
  };
}
const entry = entryOf(files);

let modelsFolder: string;
let catalogue: Catalogue;
beforeEach(async () => {
  modelsFolder = await mkdtemp(join(tmpdir(), 'graft-received-'));
  catalogue = createCatalogue({ modelsFolder, entries: [] });
});
afterEach(() => rm(modelsFolder, { recursive: true, force: true }));

async function laidOut(): Promise<string[]> {
  const folder = join(modelsFolder, 'models', 'm');
  const found = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return found.filter((one) => one.isFile()).map(({ name }) => name);
}

it('a model from a package is laid out and known from then on', async () => {
  await catalogue.receive(entry, packed);
  expect(await catalogue.list()).toMatchObject([{ entry: { id: 'm' }, installed: true }]);
  const { folder } = await catalogue.open('m');
  for (const [path, bytes] of files) expect(await readFile(join(folder, path))).toEqual(bytes);
});

it('of a hub keeps its name and where it can be had', async () => {
  const id = 'hf:o/r:Q4_K_M';
  const sources = [`hf:o/r@${'a'.repeat(40)}/m.gguf`];
  const pinned = { ...entry, id, files: entry.files.map((file) => ({ ...file, sources })) };
  await catalogue.receive(pinned, packed);
  expect(catalogue.lookup(id)).toMatchObject({ id, source: sources[0] });
  const { folder } = await catalogue.open(id);
  for (const [path, bytes] of files) expect(await readFile(join(folder, path))).toEqual(bytes);
});

it('is written under the name of this process, once what those left that died is gone', async () => {
  const partial = join(modelsFolder, 'partial');
  const [, place = ''] = ownerStamp.split('@');
  await mkdir(join(partial, `99999999-1@${place}-dead`), { recursive: true });
  await writeFile(join(partial, 'kept.part'), 'a download that goes on');
  const seen = new Set<string>();
  async function* watched(digest: string): AsyncGenerator<Uint8Array> {
    yield* blob(digest);
    for (const name of await readdir(partial)) seen.add(name);
  }
  await catalogue.receive(entry, { ...packed, blob: watched });
  const others = [...seen].filter((name) => name !== 'kept.part');
  expect(others).not.toEqual([]);
  for (const name of others) expect(name.startsWith(ownerStamp)).toBe(true);
  expect(await readdir(partial)).toEqual(['kept.part']);
});

it('is the one of its id of two that come at once', async () => {
  const other = Buffer.from('other weights');
  const theirs = new Map([...files, ['onnx/model.onnx', other]]);
  async function* packedTheirs(digest: string): AsyncGenerator<Uint8Array> {
    if (digest === sha256(other)) yield other;
    else yield* blob(digest);
  }
  const came = await Promise.allSettled([
    catalogue.receive(entry, packed),
    catalogue.receive(entryOf(theirs), { ...packed, blob: packedTheirs }),
  ]);
  expect(came.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  expect(await catalogue.list()).toMatchObject([{ installed: true }]);
});

it('is taken a second time, in whatever order its files are named, and leaves nothing behind', async () => {
  await catalogue.receive(entry, packed);
  const { stamp } = await catalogue.open('m');
  await catalogue.receive({ ...entry, files: entry.files.toReversed() }, packed);
  expect((await laidOut()).sort()).toEqual(['config.json', 'model.onnx']);
  expect((await catalogue.open('m')).stamp).toBe(stamp);
});

it('mends a model whose laid-out file was damaged', async () => {
  await catalogue.receive(entry, packed);
  const config = join(modelsFolder, 'models', 'm', 'config.json');
  await chmod(config, 0o644);
  await writeFile(config, '{}');
  await catalogue.receive(entry, packed);
  expect(await readFile(config)).toEqual(files.get('config.json'));
});

it('is refused where it says another size of bytes that are here already', async () => {
  await catalogue.receive(entry, packed);
  const files = entry.files.map((file) => ({ ...file, size: 1 }));
  await expect(catalogue.receive({ ...entry, id: 'small', files }, packed)).rejects.toMatchObject({
    code: 'bad-model',
    message: expect.stringContaining('Graft did not accept the model "small" of the package'),
  });
  expect(await catalogue.list()).toMatchObject([{ entry: { id: 'm' }, installed: true }]);
});

it('is refused where another one has its id here, or its bytes are others', async () => {
  const other = entryOf(new Map([...files, ['config.json', Buffer.from('{}')]]));
  const refused = (why: string) => ({
    code: 'bad-model',
    message: expect.stringMatching(`Graft did not accept the model "m" of the package: .*${why}`),
  });
  await expect(catalogue.receive(other, packed)).rejects.toMatchObject(refused('config.json'));
  expect(await laidOut()).toEqual([]);
  expect(await catalogue.list()).toEqual([]);
  await catalogue.receive(entry, packed);
  await expect(catalogue.receive(other, packed)).rejects.toMatchObject(refused('another model'));
  const unpinned = { ...entry, files: entry.files.map(({ digest: _, ...file }) => file) };
  await expect(catalogue.receive(unpinned, packed)).rejects.toMatchObject(refused('cannot verify'));
});

it('leaves nothing of a model of which a file cannot be read, and keeps what was there before', async () => {
  const failing = async function* (digest: string): AsyncGenerator<Uint8Array> {
    if (digest !== sha256(files.get('config.json') ?? Buffer.alloc(0))) throw new Error('damaged');
    yield* blob(digest);
  };
  await expect(catalogue.receive(entry, { ...packed, blob: failing })).rejects.toThrow('damaged');
  const left = await readdir(modelsFolder, { recursive: true, withFileTypes: true });
  expect(left.filter((each) => each.isFile())).toEqual([]);
  await catalogue.receive(entry, packed);
  const second = entryOf(new Map([...files, ['b.txt', Buffer.from('missing')]]));
  const other = { ...second, id: 'n' };
  await expect(catalogue.receive(other, { ...packed, blob: failing })).rejects.toThrow('damaged');
  expect(await catalogue.list()).toMatchObject([{ entry: { id: 'm' }, installed: true }]);
});
