import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { GraphError } from '@graft/graph';
import { afterEach, describe, expect, it } from 'vitest';
import { HubCatalogues } from '../testing/hub-catalogues.ts';
import { smallGguf } from '../testing/hub-folder.ts';
import { noOtherTools } from '../testing/no-other-tools.ts';
import { createCatalogue } from './catalogue.ts';
import type { Catalogue, CatalogueOptions } from './catalogue-contract.ts';
import type { GgufConverter } from './gguf-converter.ts';

const hubs = new HubCatalogues();
const cleanUp: string[] = [];
afterEach(async () => {
  await hubs.close();
  for (const path of cleanUp.splice(0)) await rm(path, { recursive: true, force: true });
});

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'graft-convert-'));
  cleanUp.push(path);
  return path;
}

const header = '{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}';
const weights = Buffer.concat([
  Buffer.from(BigUint64Array.of(BigInt(header.length)).buffer),
  Buffer.from(header),
  Buffer.alloc(4),
]);
const files = (family = 'llama'): Record<string, Buffer> => ({
  'config.json': Buffer.from(`{"model_type":"${family}","max_position_embeddings":64}`),
  'tokenizer.json': Buffer.from('{}'),
  'tokenizer_config.json': Buffer.from('{}'),
  'model.safetensors': weights,
});
async function published(family?: string): Promise<string> {
  const own = await folder();
  for (const [name, bytes] of Object.entries(files(family)))
    await writeFile(join(own, name), bytes);
  return own;
}

/** Writes a small GGUF file, and records what it is asked. */
function converter(bytes = 4096): GgufConverter & { readonly asked: string[] } {
  const asked: string[] = [];
  const convert: GgufConverter = (_, { encoding, name, licence }) => {
    asked.push(`${name} ${encoding} ${licence ?? ''}`);
    return Promise.resolve({
      bytes,
      write: async (to, { signal, progress }) => {
        await writeFile(to, smallGguf(4096));
        progress(1, 2);
        signal.throwIfAborted();
      },
    });
  };
  return Object.assign(convert, { asked });
}

const catalogueWith = async (
  ggufConverter: CatalogueOptions['ggufConverter'],
): Promise<Catalogue> =>
  createCatalogue({
    ...{ modelsFolder: await folder(), entries: [], environment: noOtherTools },
    ...(ggufConverter === undefined ? {} : { ggufConverter }),
  });
const leftIn = async ({ modelsFolder }: Catalogue): Promise<string[]> => [
  ...(await readdir(join(modelsFolder, 'partial')).catch(() => [])),
  ...(await readdir(join(modelsFolder, 'sha256')).catch(() => [])),
  ...(await readdir(join(modelsFolder, 'models')).catch(() => [])),
];

describe('a folder of safetensors converted to GGUF', () => {
  it('is a new model that names its origin, and leaves the folder unchanged', async () => {
    const own = await published();
    const file = `${basename(own)}-Q8_0.gguf`;
    const made = converter();
    const catalogue = await catalogueWith(made);
    const entry = await catalogue.import(own, { id: 'mine', toGguf: 'q8_0', licence: 'MIT' });
    expect(made.asked).toEqual(['mine q8_0 MIT']);
    expect(entry).toMatchObject({
      ...{ id: 'mine', format: 'gguf', licence: { id: 'MIT', consent: false } },
      files: [{ path: file, sources: [`converted:file:${own}`] }],
    });
    expect(await readFile(join(await catalogue.fetch('mine'), file))).toEqual(
      Buffer.from(smallGguf(4096)),
    );
    // No path of this machine leaves it.
    expect(catalogue.lookup('mine')?.source).toBe(`converted:file:${basename(own)}`);
    expect((await readdir(own)).sort()).toEqual(Object.keys(files()).sort());
    await rm(join(catalogue.modelsFolder, 'models'), { recursive: true });
    await rm(join(catalogue.modelsFolder, 'sha256'), { recursive: true });
    await expect(catalogue.fetch('mine')).rejects.toThrow(/Graft converted it from file:.*again/);
  });

  it('of a model that is in the catalogue is named after it', async () => {
    const own = await published();
    const catalogue = await catalogueWith(converter());
    await catalogue.import(own, { id: 'mine', licence: 'MIT' });
    expect(await catalogue.import('mine', { toGguf: 'f16' })).toMatchObject({
      ...{ id: 'mine-F16', licence: { id: 'MIT' } },
      files: [{ path: 'mine-F16.gguf', sources: [`converted:file:${own}`] }],
    });
  });

  it('of another family is refused by its name before anything is written', async () => {
    const made = converter();
    const catalogue = await catalogueWith(made);
    await expect(catalogue.import(await published('phi3'), { toGguf: 'f16' })).rejects.toThrow(
      /has the model_type "phi3"; Graft converts llama, mistral, qwen2, qwen3, gemma3_text to GGUF/,
    );
    const own = await folder();
    await expect(catalogue.import(own, { toGguf: 'f16' })).rejects.toThrow(/it lacks config\.json/);
    await expect(catalogue.import(join(own, 'none'), { toGguf: 'f16' })).rejects.toMatchObject({
      code: 'missing-file',
    });
    expect(made.asked).toEqual([]);
    expect(await readdir(catalogue.modelsFolder)).toEqual([]);
  });

  it('gives no file that a link in the folder leads out to', async () => {
    const made = converter();
    const catalogue = await catalogueWith(made);
    const own = await published();
    const secret = join(await folder(), 'secret');
    await writeFile(secret, 'not for others');
    await symlink(secret, join(own, 'chat_template.jinja'));
    await expect(catalogue.import(own, { toGguf: 'f16' })).rejects.toMatchObject({
      code: 'unsafe-path',
    });
    expect(made.asked).toEqual([]);
  });

  it('needs room first; stopped, or failed, it leaves nothing', async () => {
    const own = await published();
    const full = await catalogueWith(converter(2 ** 60));
    await expect(full.import(own, { toGguf: 'f16' })).rejects.toThrow(/needs 11529\d+ bytes more/);
    expect(await leftIn(full)).toEqual([]);

    const stopped = await catalogueWith(converter());
    const stop = new AbortController();
    await expect(
      stopped.import(own, { toGguf: 'f16', signal: stop.signal, progress: () => stop.abort() }),
    ).rejects.toMatchObject({ code: 'cancelled', message: expect.stringContaining('conversion') });
    expect(await leftIn(stopped)).toEqual([]);

    const failed = await catalogueWith(() =>
      Promise.resolve({
        bytes: 1,
        write: async (to) => {
          await writeFile(to, 'half');
          throw new GraphError('input-changed', 'changed');
        },
      }),
    );
    await expect(failed.import(own, { toGguf: 'f16' })).rejects.toMatchObject({
      code: 'input-changed',
    });
    expect(await leftIn(failed)).toEqual([]);
    expect(failed.lookup('own-F16')).toBeUndefined();
  });
});

describe('a repository of safetensors converted to GGUF', () => {
  it('is downloaded, converted once, and keeps the licence and the commit', async () => {
    const hub = await hubs.serve({ 'o/r': files() }, { terms: { 'o/r': { licence: 'mit' } } });
    const made = converter();
    const catalogue = await hubs.open(hub, { ggufConverter: made });
    const entry = await catalogue.import('hf:o/r', { toGguf: 'f16' });
    expect(made.asked).toEqual(['r-F16 f16 mit']);
    expect(entry).toMatchObject({ id: 'r-F16', format: 'gguf', licence: { id: 'mit' } });
    expect(entry.licence.url).toBe(`${hub.url}/o/r`);
    expect(entry.files[0]?.sources[0]).toMatch(/^converted:hf:o\/r@[0-9a-f]{40}$/);
    const digest = createHash('sha256').update(smallGguf(4096)).digest('hex');
    expect(entry.files[0]?.digest).toBe(digest);
    expect(catalogue.lookup('hf:o/r')?.format).toBe('safetensors');
    expect(await catalogue.import('hf:o/r', { toGguf: 'f16' })).toEqual(entry);
    expect(made.asked).toHaveLength(1);
    await catalogue.import('hf:o/r', { toGguf: 'q8_0', id: 'r-F16' });
    expect(made.asked).toHaveLength(2);
  });

  it('of another format or family is refused before it is downloaded', async () => {
    const hub = await hubs.serve({
      'o/gguf': { 'a-Q8_0.gguf': smallGguf(4096) },
      'o/phi': files('phi3'),
    });
    const catalogue = await hubs.open(hub, { ggufConverter: converter() });
    await expect(catalogue.import('hf:o/gguf', { toGguf: 'f16' })).rejects.toThrow(
      /hf:o\/gguf means its gguf files; only safetensors are converted to GGUF/,
    );
    await expect(catalogue.import('hf:o/phi', { toGguf: 'f16' })).rejects.toThrow(/"phi3"/);
    expect(await leftIn(catalogue)).toEqual([]);
  });
});
