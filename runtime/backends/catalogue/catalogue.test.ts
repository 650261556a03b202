import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import {
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import type { ModelEntry } from '@graft/graph';
import { FileServer } from '../testing/file-server.ts';
import { createCatalogue } from './catalogue.ts';

const weights = randomBytes(300_000);
const config = Buffer.from('{"model_type":"bert"}');
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

const cleanUp: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const step of cleanUp.splice(0)) await step();
});
async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'graft-models-'));
  cleanUp.push(() => rm(path, { recursive: true, force: true }));
  return path;
}
async function serve(files: Record<string, Uint8Array>): Promise<FileServer> {
  const server = await FileServer.start(files);
  cleanUp.push(() => server[Symbol.asyncDispose]());
  return server;
}

/** A model of two files, each from the given bases in order. */
function entryFrom(...bases: readonly string[]): ModelEntry {
  const file = (path: string, bytes: Uint8Array): ModelEntry['files'][number] => ({
    path,
    digest: sha256(bytes),
    size: bytes.length,
    sources: bases.map((base) => `${base}/${path}`),
  });
  return {
    id: 'm',
    title: 'M',
    kind: 'embedder',
    format: 'onnx',
    licence: { id: 'MIT', consent: false },
    architecture: 'bert',
    dtype: 'fp32',
    dimension: 4,
    contextLength: 16,
    parameters: 1,
    files: [file('config.json', config), file('onnx/model.onnx', weights)],
  };
}
const good = { '/config.json': config, '/onnx/model.onnx': weights };
const wrong = {
  '/config.json': Buffer.alloc(config.length),
  '/onnx/model.onnx': randomBytes(300_000),
};

async function partials(modelsFolder: string): Promise<string[]> {
  return readdir(join(modelsFolder, 'partial')).catch(() => []);
}

describe('fetching a model', () => {
  it('lays out verified files, once, and reports bytes', async () => {
    const server = await serve(good);
    const modelsFolder = await folder();
    const catalogue = createCatalogue({ modelsFolder, entries: [entryFrom(server.url)] });
    expect((await catalogue.list())[0]).toMatchObject({ installed: false, bytes: 0 });
    const seen: number[] = [];
    const waits: boolean[] = [];
    const path = await catalogue.fetch('m', {
      waiting: (waiting) => waits.push(waiting),
      progress: ({ done, total, unit }) => {
        expect([total, unit]).toEqual([300_021, 'bytes of m']);
        seen.push(done);
      },
    });
    expect((await readFile(join(path, 'onnx/model.onnx'))).equals(weights)).toBe(true);
    expect(seen.at(-1)).toBeGreaterThan(0);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    expect(await catalogue.fetch('m', { waiting: (waiting) => waits.push(waiting) })).toBe(path);
    expect(waits).toEqual([true, false]);
    expect(server.requests).toHaveLength(2);
    expect((await catalogue.list())[0]).toMatchObject({ installed: true, bytes: 300_021 });
    expect(await partials(modelsFolder)).toEqual([]);
  });

  it('goes to the next source when one holds other bytes', async () => {
    const bad = await serve(wrong);
    const right = await serve(good);
    const catalogue = createCatalogue({
      modelsFolder: await folder(),
      entries: [entryFrom(bad.url, right.url)],
    });
    const path = await catalogue.fetch('m');
    expect(await readFile(join(path, 'config.json'))).toEqual(config);
    expect(bad.requests).toHaveLength(2);
  });

  it('names every source and its failure when none works', async () => {
    const bad = await serve({ '/config.json': Buffer.alloc(config.length) });
    const closed = await FileServer.start({});
    const { url } = closed;
    await closed[Symbol.asyncDispose]();
    const entry = entryFrom(bad.url, url, 'file:/nowhere');
    const catalogue = createCatalogue({ modelsFolder: await folder(), entries: [entry] });
    const error = await catalogue.fetch('m').catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'bad-model', audience: 'operator' });
    const message = String(error);
    expect(message).toContain(`${bad.url}/config.json: it holds other bytes (sha256`);
    expect(message).toMatch(new RegExp(`${url}/config.json: .*ECONNREFUSED`));
    expect(message).toContain('file:/nowhere/config.json: there is no such file');
    expect(message).toContain('get the file yourself and import it');
  });

  it('does not download what the hub says is something else', async () => {
    const hub = await serve({ '/o/r/resolve/main/onnx/model.onnx': weights });
    hub.headers['x-linked-etag'] = `"${sha256(config)}"`;
    const entry = entryFrom('hf:o/r@main');
    const files = entry.files.slice(1);
    const catalogue = createCatalogue({
      modelsFolder: await folder(),
      entries: [{ ...entry, files }],
      hubEndpoint: hub.url,
    });
    await expect(catalogue.fetch('m')).rejects.toThrow(/it holds other bytes/);
    expect(hub.requests).toEqual(['GET /o/r/resolve/main/onnx/model.onnx']);
  });

  it('continues a download that broke off, within a call and in the next', async () => {
    const server = await serve(good);
    const modelsFolder = await folder();
    const entry = entryFrom(server.url);
    const catalogue = createCatalogue({
      modelsFolder,
      entries: [{ ...entry, files: entry.files.slice(1) }],
    });
    server.breakAfter.push(100_000, 50_000);
    const path = await catalogue.fetch('m');
    expect((await readFile(join(path, 'onnx/model.onnx'))).equals(weights)).toBe(true);
    expect(server.requests).toEqual([
      'GET /onnx/model.onnx',
      'GET /onnx/model.onnx bytes=100000-',
      'GET /onnx/model.onnx bytes=150000-',
    ]);

    await catalogue.remove('m');
    server.requests.length = 0;
    const abort = new AbortController();
    server.breakAfter.push(120_000);
    const cut = catalogue.fetch('m', {
      signal: abort.signal,
      progress: ({ done }) => done >= 120_000 && abort.abort(),
    });
    await expect(cut).rejects.toMatchObject({ code: 'cancelled' });
    await catalogue.fetch('m');
    expect(server.requests.at(-1)).toBe('GET /onnx/model.onnx bytes=120000-');
    expect((await readFile(join(path, 'onnx/model.onnx'))).equals(weights)).toBe(true);
  });

  it('begins anew when the part is of other bytes', async () => {
    const server = await serve(good);
    const modelsFolder = await folder();
    const entry = entryFrom(server.url);
    const catalogue = createCatalogue({
      modelsFolder,
      entries: [{ ...entry, files: entry.files.slice(1) }],
    });
    const abort = new AbortController();
    server.breakAfter.push(120_000);
    await catalogue
      .fetch('m', {
        signal: abort.signal,
        progress: ({ done }) => done >= 120_000 && abort.abort(),
      })
      .catch(() => undefined);
    const [part] = await partials(modelsFolder);
    await writeFile(join(modelsFolder, 'partial', part ?? ''), Buffer.alloc(1_000));
    const path = await catalogue.fetch('m');
    expect((await readFile(join(path, 'onnx/model.onnx'))).equals(weights)).toBe(true);
  });

  it('downloads once for all who ask at a time, in this process and others', async () => {
    const server = await serve(good);
    server.delay = 150;
    const modelsFolder = await folder();
    const entries = [entryFrom(server.url)];
    const here = createCatalogue({ modelsFolder, entries });
    const program = fileURLToPath(new URL('../testing/fetch-process.ts', import.meta.url));
    const there = promisify(execFile)(process.execPath, [
      ...['--import', import.meta.resolve('tsx'), program],
      ...[modelsFolder, JSON.stringify(entries), 'm'],
    ]);
    const all = [
      here.fetch('m'),
      here.fetch('m'),
      createCatalogue({ modelsFolder, entries }).fetch('m'),
    ];
    const paths = await Promise.all(all);
    expect((await there).stdout).toBe(paths[0]);
    expect(server.requests.sort()).toEqual(['GET /config.json', 'GET /onnx/model.onnx']);
  });

  it('goes on for the others when one gives up, and takes over the lock of a dead process', async () => {
    const server = await serve(good);
    server.delay = 50;
    const modelsFolder = await folder();
    const catalogue = createCatalogue({ modelsFolder, entries: [entryFrom(server.url)] });
    const abort = new AbortController();
    const first = catalogue.fetch('m', { signal: abort.signal });
    const second = catalogue.fetch('m');
    setTimeout(() => abort.abort(), 20);
    await expect(first).rejects.toMatchObject({ code: 'cancelled' });
    await second;
    await catalogue.remove('m');
    // A pid beyond the largest that any system gives.
    await writeFile(join(modelsFolder, 'locks', 'm.lock'), '99999999 gone');
    await expect(catalogue.fetch('m')).resolves.toContain('m');
  });

  it('finds altered bytes and fetches them again', async () => {
    const server = await serve(good);
    const catalogue = createCatalogue({
      modelsFolder: await folder(),
      entries: [entryFrom(server.url)],
    });
    const path = join(await catalogue.fetch('m'), 'onnx/model.onnx');
    const { atime } = await stat(path);
    await chmod(path, 0o644);
    await writeFile(path, randomBytes(300_000));
    await utimes(path, atime, new Date(Date.now() + 5_000));
    await catalogue.fetch('m');
    expect((await readFile(path)).equals(weights)).toBe(true);
    expect(server.requests).toHaveLength(3);
  });
});

describe('licences, pins and unknown models', () => {
  it('asks for consent, once', async () => {
    const server = await serve(good);
    const licence = { id: 'Gemma', url: 'https://example.org/terms', consent: true };
    const catalogue = createCatalogue({
      modelsFolder: await folder(),
      entries: [{ ...entryFrom(server.url), licence }],
    });
    await expect(catalogue.fetch('m')).rejects.toThrow(
      /Gemma.*example\.org.*accept it when you download/,
    );
    expect(server.requests).toEqual([]);
    await catalogue.fetch('m', { consent: true });
    await catalogue.remove('m');
    await catalogue.fetch('m');
  });

  it('pins a file without a digest on first use and holds on to it', async () => {
    const first = await serve(good);
    const modelsFolder = await folder();
    const unpinned = (base: string): ModelEntry => {
      const entry = entryFrom(base);
      return { ...entry, files: entry.files.map(({ digest: _, ...file }) => file) };
    };
    const entries = [unpinned(first.url)];
    const catalogue = createCatalogue({ modelsFolder, entries });
    const before = catalogue.lookup('m')?.digest;
    const path = await catalogue.fetch('m');
    const after = catalogue.lookup('m')?.digest;
    expect(after).not.toBe(before);
    expect(after).toBe(
      createCatalogue({ modelsFolder: await folder(), entries: [entryFrom(first.url)] }).lookup('m')
        ?.digest,
    );
    await rm(path, { recursive: true });
    await rm(join(modelsFolder, 'sha256'), { recursive: true });
    const other = await serve(wrong);
    const moved = createCatalogue({ modelsFolder, entries: [unpinned(other.url)] });
    await expect(moved.fetch('m')).rejects.toThrow(/it holds other bytes/);
    await moved.remove('m');
    await expect(moved.fetch('m')).resolves.toBe(path);
  });

  it('names the models there are', async () => {
    const catalogue = createCatalogue({ modelsFolder: await folder() });
    expect(catalogue.lookup('nothing')).toBeUndefined();
    await expect(catalogue.fetch('nothing')).rejects.toThrow(/all-MiniLM-L6-v2, SmolLM2/);
  });
});

describe('importing', () => {
  it('takes an ONNX folder over by copy and forgets it on removal', async () => {
    const own = await folder();
    const files = {
      'config.json': '{"model_type":"bert","hidden_size":384,"architectures":["BertModel"]}',
      'tokenizer.json': '{}',
      'tokenizer_config.json': '{}',
      'onnx/model_q4.onnx': 'weights',
      'onnx/model_q4.onnx_data': 'more',
    };
    await mkdir(join(own, 'onnx'));
    for (const [path, text] of Object.entries(files)) await writeFile(join(own, path), text);
    const modelsFolder = await folder();
    const catalogue = createCatalogue({ modelsFolder });
    const entry = await catalogue.import(own, { id: 'my model' });
    expect(entry).toMatchObject({
      id: 'my-model',
      kind: 'embedder',
      dtype: 'q4',
      dimension: 384,
      contextLength: 512,
    });
    await writeFile(join(own, 'onnx/model_q4.onnx'), 'changed');
    const path = await createCatalogue({ modelsFolder }).fetch('my-model');
    expect(await readFile(join(path, 'onnx/model_q4.onnx'), 'utf8')).toBe('weights');
    await catalogue.remove('my-model');
    expect(catalogue.lookup('my-model')).toBeUndefined();
    expect(await readFile(join(own, 'config.json'), 'utf8')).toBe(files['config.json']);
  });

  it('takes a folder with safetensors for a language model', async () => {
    const own = await folder();
    const header = Buffer.from(
      '{"__metadata__":{"format":"pt"},"a":{"dtype":"BF16","shape":[4,8],"data_offsets":[0,64]},' +
        '"b":{"dtype":"F32","shape":[2],"data_offsets":[64,72]}}',
    );
    const size = Buffer.alloc(8);
    size.writeBigUInt64LE(BigInt(header.length));
    const weight = Buffer.concat([size, header, Buffer.alloc(72)]);
    const files = {
      'config.json': '{"model_type":"qwen2","max_position_embeddings":4096}',
      'tokenizer.json': '{}',
      'tokenizer_config.json': '{}',
      'generation_config.json': '{}',
      'notes.txt': 'not taken',
      'model.safetensors': weight,
    };
    for (const [path, content] of Object.entries(files)) await writeFile(join(own, path), content);
    const catalogue = createCatalogue({ modelsFolder: await folder() });
    expect(await catalogue.import(own, { id: 'mine' })).toMatchObject({
      ...{ kind: 'language-model', format: 'safetensors', architecture: 'qwen2', dtype: 'bf16' },
      ...{ contextLength: 4096, parameters: 34 },
    });
    expect((await readdir(await catalogue.fetch('mine'))).sort()).toEqual(
      Object.keys(files)
        .filter((name) => name !== 'notes.txt')
        .sort(),
    );
    await writeFile(join(own, 'model.safetensors'), weight.subarray(0, 40));
    await expect(catalogue.import(own)).rejects.toThrow(/model\.safetensors is cut off/);
    const index = { weight_map: { a: 'one.safetensors', b: 'two.safetensors' } };
    await writeFile(join(own, 'model.safetensors.index.json'), JSON.stringify(index));
    await writeFile(join(own, 'one.safetensors'), weight);
    await expect(catalogue.import(own)).rejects.toThrow(/it lacks two\.safetensors/);
    await writeFile(join(own, 'two.safetensors'), weight);
    expect((await catalogue.import(own)).files.map(({ path }) => path)).toContain(
      'model.safetensors.index.json',
    );
  });

  it('says what it cannot take', async () => {
    const catalogue = createCatalogue({ modelsFolder: await folder() });
    const own = await folder();
    await expect(catalogue.import(own)).rejects.toThrow(
      /it lacks onnx\/model\*\.onnx, config\.json/,
    );
    await writeFile(join(own, 'x.gguf'), 'GGUZ');
    await expect(catalogue.import(join(own, 'x.gguf'))).rejects.toMatchObject({
      code: 'damaged-file',
    });
    await writeFile(join(own, 'x.txt'), '');
    await expect(catalogue.import(join(own, 'x.txt'))).rejects.toThrow(/neither a \.gguf file/);
    await expect(catalogue.import(join(own, 'none'))).rejects.toMatchObject({
      code: 'missing-file',
    });
  });
});
