import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { GraphError } from '@graft/graph';
import { afterEach, describe, expect, it } from 'vitest';
import { HubCatalogues } from '../testing/hub-catalogues.ts';
import { smallGguf, smallSafetensors } from '../testing/hub-folder.ts';
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

async function published(family?: string, own?: string): Promise<string> {
  const to = own ?? (await folder());
  await mkdir(to, { recursive: true });
  for (const [name, bytes] of Object.entries(smallSafetensors(family)))
    await writeFile(join(to, name), bytes);
  return to;
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
    expect((await readdir(own)).sort()).toEqual(Object.keys(smallSafetensors()).sort());
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

  it('never takes the place of what it is made of', async () => {
    const own = await published();
    const catalogue = await catalogueWith(converter());
    const mine = await catalogue.import(own, { id: 'mine' });
    await expect(catalogue.import('mine', { toGguf: 'f16', id: 'mine' })).rejects.toMatchObject({
      code: 'name-taken',
      message: '"mine" is the model to convert; choose another id for its GGUF file',
    });
    expect(catalogue.entry('mine')).toEqual(mine);
    await catalogue.fetch('mine');
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
    const hub = await hubs.serve(
      { 'o/r': smallSafetensors() },
      { terms: { 'o/r': { licence: 'mit' } } },
    );
    const made = converter();
    const catalogue = await hubs.open(hub, { ggufConverter: made });
    const entry = await catalogue.import('hf:o/r', { toGguf: 'f16' });
    expect(made.asked).toEqual(['r-F16 f16 mit']);
    expect(entry).toMatchObject({
      ...{ id: 'r-F16', title: 'r (F16)', format: 'gguf', licence: { id: 'mit' } },
    });
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

  it('gets an id of its own beside one of the same name, also on a page that asks for the id first', async () => {
    const hub = await hubs.serve({ 'o/r': smallSafetensors(), 'p/r': smallSafetensors('qwen2') });
    const made = converter();
    const catalogue = await hubs.open(hub, { ggufConverter: made });
    expect(catalogue.convertedId('hf:p/r', 'f16')).toBe('r-F16');
    const first = await catalogue.import('hf:o/r', { toGguf: 'f16' });
    expect(catalogue.convertedId('hf:o/r', 'f16')).toBe('r-F16');
    expect(catalogue.convertedId('hf:p/r', 'f16')).toBe('p-r-F16');
    const second = await catalogue.import('hf:p/r', { toGguf: 'f16' });
    expect([first.id, second.id]).toEqual(['r-F16', 'p-r-F16']);
    expect(catalogue.entry('r-F16')).toEqual(first);
    expect(await catalogue.import('hf:p/r', { toGguf: 'f16' })).toEqual(second);
    const own = await published('llama', join(await folder(), 'r'));
    await expect(catalogue.import(own, { toGguf: 'f16' })).rejects.toMatchObject({
      code: 'name-taken',
      message: 'Another model has the id "r-F16"; choose another id for yours',
    });
    await catalogue.import(own, { toGguf: 'f16', id: 'mine' });
    expect(catalogue.entry('r-F16')).toEqual(first);
  });

  it('gets one too where another process converts one of the same name meanwhile', async () => {
    const hub = await hubs.serve({ 'o/r': smallSafetensors(), 'p/r': smallSafetensors('qwen2') });
    const modelsFolder = await folder();
    // Both have begun: each writes, or one has to wait for the other.
    let begun = 0;
    let goOn = (): void => undefined;
    const bothBegan = new Promise<void>((resolve) => (goOn = resolve));
    const begins = (): void => {
      begun += 1;
      if (begun === 2) goOn();
    };
    const made = converter();
    const convert = async (from: string): Promise<string> => {
      const catalogue = await hubs.open(hub, {
        modelsFolder,
        ggufConverter: async (place, options) => {
          begins();
          await bothBegan;
          return made(place, options);
        },
      });
      const progress = ({ message = '' }): void => {
        if (message.startsWith('process')) begins();
      };
      return (await catalogue.import(from, { toGguf: 'f16', progress })).id;
    };
    const ids = await Promise.all([convert('hf:o/r'), convert('hf:p/r')]);
    expect(new Set(ids).size).toBe(2);
    expect(ids).toContain('r-F16');
    const catalogue = await hubs.open(hub, { modelsFolder });
    const origins = ids.map((id) => catalogue.entry(id).files[0]?.sources[0]?.split('@')[0]);
    expect(origins).toEqual(['converted:hf:o/r', 'converted:hf:p/r']);
  });

  it('of another format or family is refused before it is downloaded', async () => {
    const hub = await hubs.serve({
      'o/gguf': { 'a-Q8_0.gguf': smallGguf(4096) },
      'o/phi': smallSafetensors('phi3'),
    });
    const catalogue = await hubs.open(hub, { ggufConverter: converter() });
    await expect(catalogue.import('hf:o/gguf', { toGguf: 'f16' })).rejects.toThrow(
      /hf:o\/gguf means its gguf files; only safetensors are converted to GGUF/,
    );
    await expect(catalogue.import('hf:o/phi', { toGguf: 'f16' })).rejects.toThrow(/"phi3"/);
    expect(await leftIn(catalogue)).toEqual([]);
  });
});
