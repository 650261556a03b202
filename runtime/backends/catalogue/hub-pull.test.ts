import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import {
  smallEmbedder,
  smallGguf,
  twoPrecisions,
  type HubFolderFiles,
} from '../testing/hub-folder.ts';
import { HubCatalogues } from '../testing/hub-catalogues.ts';
import { plainLayout } from '@graft/graph';
import type { Catalogue } from './catalogue-contract.ts';
import { modelDigest } from './model-facts.ts';

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const { 'small-Q4_K_M.gguf': q4, 'small-Q8_0.gguf': q8 } = twoPrecisions;
const language: HubFolderFiles = twoPrecisions;

const hubs = new HubCatalogues();
const { open, serve } = hubs;
afterEach(() => hubs.close());

describe('a model by name', () => {
  it('is pinned to its commit, verified and laid out', async () => {
    const hub = await serve(
      { 'o/small-GGUF': language },
      { terms: { 'o/small-GGUF': { licence: 'mit' } } },
    );
    const catalogue = await open(hub);
    const id = 'hf:o/small-GGUF:q4_k_m';
    const folder = await catalogue.fetch(id);
    expect(await readdir(folder)).toEqual(['small-Q4_K_M.gguf']);
    expect(await readFile(join(folder, 'small-Q4_K_M.gguf'))).toEqual(q4);
    const commit = await hub.commit('o/small-GGUF');
    expect(catalogue.entry(id)).toMatchObject({
      ...{
        id,
        title: 'small-GGUF:q4_k_m',
        kind: 'language-model',
        format: 'gguf',
        architecture: 'llama',
      },
      ...{ contextLength: 64, parameters: 1024 },
      licence: { id: 'mit', url: `${hub.url}/o/small-GGUF`, consent: false },
      files: [
        {
          ...{ path: 'small-Q4_K_M.gguf', digest: sha256(q4), size: q4.length },
          sources: [`hf:o/small-GGUF@${commit}/small-Q4_K_M.gguf`],
        },
      ],
    });
    expect(catalogue.lookup(id)).toMatchObject({
      id,
      source: `hf:o/small-GGUF@${commit}/small-Q4_K_M.gguf`,
    });
    // Another opening of the folder knows it, and asks nobody.
    hub.requests.length = 0;
    const again = await open(hub, { modelsFolder: catalogue.modelsFolder });
    expect(await again.fetch(id)).toBe(folder);
    expect(hub.requests).toEqual([]);
    expect((await again.list())[0]).toMatchObject({ installed: true, partial: 0, imported: true });
  });

  it('says what its digest is before its weights have come', async () => {
    const hub = await serve({ 'o/r': language });
    const catalogue = await open(hub);
    const held = hub.gate.stopAfter(q4.length + 1, 'hold');
    // The header has come; the weights do not.
    const pull = catalogue.fetch('hf:o/r:Q4_K_M');
    await held;
    const digest = catalogue.lookup('hf:o/r:Q4_K_M')?.digest;
    hub.gate.open();
    await pull;
    expect(digest).toBeDefined();
    expect(catalogue.lookup('hf:o/r:Q4_K_M')?.digest).toBe(digest);
  });

  it.each([
    ['hf:o/r', 'small-Q4_K_M.gguf'],
    ['hf:o/r@main', 'small-Q4_K_M.gguf'],
    ['hf:o/r/small-Q8_0.gguf', 'small-Q8_0.gguf'],
    ['hf:o/r@main:Q8_0', 'small-Q8_0.gguf'],
  ])('%s is %s', async (id, name) => {
    const hub = await serve({ 'o/r': language });
    const catalogue = await open(hub);
    expect(await readdir(await catalogue.fetch(id))).toEqual([name]);
  });

  it.each([
    ['hf:o/r:Q2_K', 'o/r has no model "Q2_K". It has Q4_K_M, Q8_0.'],
    ['hf:o/r/README.md', 'o/r has no model in "README.md". It has Q4_K_M, Q8_0.'],
    ['hf:o/two', 'o/two has several models. Choose one, as in hf:o/two:IQ2_M. It has IQ2_M, Q6_K.'],
    ['hf:o/none', 'o/none has no model that Graft can use'],
    ['hf:o/gone', 'has no repository o/gone, or it is private'],
    ['hf:o/r@v9', 'o/r has no such branch, tag or commit'],
    ['hf:o', '"hf:o" is not the name of a model'],
  ])('%s is refused: %s', async (id, words) => {
    const two = { 'a-IQ2_M.gguf': q4, 'a-Q6_K.gguf': q4 };
    const hub = await serve({ 'o/r': language, 'o/two': two, 'o/none': { 'README.md': 'x' } });
    const catalogue = await open(hub);
    const refused: unknown = await catalogue.fetch(id).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 'bad-model' });
    expect(String(refused)).toContain(words);
    expect(catalogue.lookup(id)).toBeUndefined();
    expect(await storedFiles(catalogue)).toEqual([]);
  });

  it('in several files comes whole, its weights counted together', async () => {
    const parts = { 'Q8_0/m-Q8_0-00001-of-00002.gguf': q4, 'Q8_0/m-Q8_0-00002-of-00002.gguf': q8 };
    const hub = await serve({ 'o/r': { ...parts, 'm-Q4_0-00001-of-00003.gguf': q4 } });
    const catalogue = await open(hub);
    const folder = await catalogue.fetch('hf:o/r:Q8_0');
    expect(await readdir(folder)).toEqual([
      'm-Q8_0-00001-of-00002.gguf',
      'm-Q8_0-00002-of-00002.gguf',
    ]);
    expect(catalogue.entry('hf:o/r:Q8_0').parameters).toBe(1024 + 2048);
    await expect(catalogue.fetch('hf:o/r:Q4_0')).rejects.toThrow('It has Q8_0.');
  });

  it('may be an embedder in ONNX, whose small files are known by their git blobs', async () => {
    const hub = await serve({ 'o/e': smallEmbedder });
    const catalogue = await open(hub);
    const folder = await catalogue.fetch('hf:o/e');
    const names = await readdir(folder, { recursive: true });
    expect(names.sort()).toEqual([
      ...['config.json', 'onnx', 'onnx/model_q4.onnx', 'onnx/model_q4.onnx_data'],
      ...['tokenizer.json', 'tokenizer_config.json'],
    ]);
    expect(catalogue.entry('hf:o/e')).toMatchObject({
      kind: 'embedder',
      dtype: 'q4',
      dimension: 8,
    });
    expect(catalogue.entry('hf:o/e').files.every(({ digest }) => digest !== undefined)).toBe(true);
    await catalogue.fetch('hf:o/e:fp32');
    expect(catalogue.entry('hf:o/e:fp32').dtype).toBe('fp32');
  });

  it('may embed in a layout of its own, which its digest covers', async () => {
    const layout = {
      'modules.json': JSON.stringify(
        ['Transformer', 'Pooling'].map((name, at) => ({
          path: at === 0 ? '' : '1_Pooling',
          type: `sentence_transformers.models.${name}`,
        })),
      ),
      '1_Pooling/config.json': '{"word_embedding_dimension":8,"pooling_mode_cls_token":true}',
      'config_sentence_transformers.json': '{"prompts":{"query":"query: "}}',
    };
    const hub = await serve({ 'o/e': { ...smallEmbedder, ...layout } });
    const catalogue = await open(hub);
    const folder = await catalogue.fetch('hf:o/e');
    expect(await readdir(folder)).toContain('1_Pooling');
    const embedding = {
      ...{ ...plainLayout, pooling: ['cls'] },
      prompts: { question: 'query: ', passage: '' },
    };
    expect(catalogue.entry('hf:o/e').embedding).toEqual(embedding);
    expect(catalogue.lookup('hf:o/e')).toMatchObject({ dimension: 8, embedding });
    const entry = catalogue.entry('hf:o/e');
    const { embedding: _, ...plain } = entry;
    expect(modelDigest(plain)).not.toBe(modelDigest(entry));
    expect(modelDigest({ ...plain, embedding: plainLayout })).toBe(modelDigest(plain));
  });

  it('that was renamed is found, and pinned under its new name', async () => {
    const hub = await serve({ 'o/new': language }, { renamed: { 'old/name': 'o/new' } });
    const catalogue = await open(hub);
    await catalogue.fetch('hf:old/name:Q4_K_M');
    expect(catalogue.lookup('hf:old/name:Q4_K_M')?.source).toMatch(/^hf:o\/new@/);
  });

  it('stays at its commit when its branch moves on', async () => {
    const hub = await serve({ 'o/r': language });
    const catalogue = await open(hub);
    await catalogue.fetch('hf:o/r:Q4_K_M');
    const { source, digest } = catalogue.lookup('hf:o/r:Q4_K_M') ?? {};
    await catalogue.remove('hf:o/r:Q4_K_M');
    expect(catalogue.lookup('hf:o/r:Q4_K_M')).toBeUndefined();
    // A name with the commit means the same for ever.
    const pinned = source ?? '';
    await catalogue.fetch(pinned);
    expect(catalogue.lookup(pinned)?.digest).toBe(digest);
  });

  it('comes once for two names of it that are asked for at a time', async () => {
    const weights = smallGguf(2 << 20);
    const hub = await serve({ 'o/r': { 'm-Q8_0.gguf': weights } });
    const catalogue = await open(hub);
    const names = ['hf:o/r', 'hf:o/r:Q8_0', 'hf:o/r@main', 'hf:o/r/m-Q8_0.gguf'];
    const folders = await Promise.all(names.map((name) => catalogue.fetch(name)));
    for (const folder of folders) {
      expect((await readFile(join(folder, 'm-Q8_0.gguf'))).equals(weights)).toBe(true);
    }
    const whole = hub.requests.filter(({ host, range }) => host === 'cdn' && range === undefined);
    expect(whole).toHaveLength(1);
    // Deleting one name leaves the file to the others.
    await catalogue.remove('hf:o/r');
    expect((await catalogue.list()).map(({ installed }) => installed)).toEqual([true, true, true]);
  });

  it('says what is kept when the network goes away for good', async () => {
    const weights = smallGguf(2 << 20);
    const hub = await serve({ 'o/r': { 'm-Q8_0.gguf': weights } });
    const catalogue = await open(hub);
    void hub.gate.stopAfter(2 << 20, 'cut');
    const lost: unknown = await catalogue.fetch('hf:o/r').catch((error: unknown) => error);
    expect(lost).toMatchObject({ code: 'bad-model', audience: 'operator' });
    expect(String(lost)).toMatch(/Graft keeps the \d+ bytes that it has and continues from there/);
    const [paused] = await catalogue.list();
    expect(paused).toMatchObject({ installed: false });
    expect(paused?.partial).toBeGreaterThan(0);
    hub.gate.open();
    await catalogue.fetch('hf:o/r');
    expect((await catalogue.list())[0]).toMatchObject({ installed: true, partial: 0 });
  });

  it('leaves no trace when it is removed', async () => {
    const hub = await serve({ 'o/e': smallEmbedder });
    const catalogue = await open(hub);
    await catalogue.fetch('hf:o/e');
    await catalogue.remove('hf:o/e');
    expect(await storedFiles(catalogue)).toEqual([]);
    expect(await catalogue.list()).toEqual([]);
    expect(await catalogue.usage()).toMatchObject({ models: [], partial: 0 });
  });

  it('is not removed while it is downloaded, and with what has come of it afterwards', async () => {
    const weights = smallGguf(2 << 20);
    const hub = await serve({ 'o/r': { 'm-Q8_0.gguf': weights } });
    const catalogue = await open(hub);
    const other = await open(hub, { modelsFolder: catalogue.modelsFolder });
    /** Pulls until some of it has come, and gives what stops it. */
    const begin = async (id: string): Promise<() => Promise<unknown>> => {
      const stopped = new AbortController();
      let pull: Promise<unknown> = Promise.resolve();
      await new Promise<void>((begun) => {
        const progress = ({ done }: { readonly done: number }): void => {
          if (done > 0) begun();
        };
        pull = catalogue.fetch(id, { signal: stopped.signal, progress }).catch(() => undefined);
      });
      return () => {
        stopped.abort();
        hub.gate.open();
        return pull;
      };
    };
    // The header comes before, of a megabyte.
    void hub.gate.stopAfter(2 << 20, 'hold');
    const stop = await begin('hf:o/r');
    await expect(other.remove('hf:o/r')).rejects.toMatchObject({
      code: 'bad-input',
      message: expect.stringContaining('is downloading the model "hf:o/r". Stop that') as string,
    });
    await stop();
    await hub.idle();
    // Another name of the same file goes on from there.
    void hub.gate.stopAfter((1 << 20) + (1 << 18), 'hold');
    await (
      await begin('hf:o/r:Q8_0')
    )();
    await other.remove('hf:o/r', { patience: 60_000 });
    expect((await other.list()).map(({ partial }) => partial > 0)).toEqual([true]);
    await other.remove('hf:o/r:Q8_0', { patience: 60_000 });
    expect(await storedFiles(catalogue)).toEqual([]);
    expect(await other.usage()).toMatchObject({ models: [], partial: 0 });
  });

  it('may be imported under another name', async () => {
    const hub = await serve({ 'o/r': language });
    const catalogue = await open(hub);
    const entry = await catalogue.import('hf:o/r:Q4_K_M', {
      id: 'mine',
      title: 'Mine',
      keep: true,
    });
    expect(entry).toMatchObject({ id: 'mine', title: 'Mine' });
    await catalogue.import('hf:o/r/small-Q4_K_M.gguf', { id: 'mine', keep: true });
    const other = catalogue.import('hf:o/r:Q8_0', { id: 'mine', keep: true });
    await expect(other).rejects.toMatchObject({ code: 'name-taken' });
    expect(catalogue.lookup('mine')?.size).toBe(q4.length);
  });

  it('is the one of its name of two that are imported at once', async () => {
    const hub = await serve({ 'o/r': language });
    const catalogue = await open(hub);
    const came = await Promise.allSettled(
      ['hf:o/r:Q4_K_M', 'hf:o/r:Q8_0'].map((from) =>
        catalogue.import(from, { id: 'mine', keep: true }),
      ),
    );
    expect(came.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(came).toContainEqual(
      expect.objectContaining({ reason: expect.objectContaining({ code: 'name-taken' }) }),
    );
    expect(await storedFiles(catalogue)).toHaveLength(2);
  });

  it('imported in the place of another, leaves that as it was where it does not come, and else takes its files', async () => {
    const hub = await serve({ 'o/r': language });
    const catalogue = await open(hub);
    await catalogue.import('hf:o/r:Q4_K_M', { id: 'mine' });
    const before = await storedFiles(catalogue);
    hub.fail({
      host: 'cdn',
      on: /./,
      times: 1,
      answer: (response) => void response.writeHead(404).end(),
    });
    await expect(catalogue.import('hf:o/r:Q8_0', { id: 'mine' })).rejects.toThrow();
    expect(catalogue.lookup('mine')?.size).toBe(q4.length);
    expect(await storedFiles(catalogue)).toEqual(before);
    await catalogue.import('hf:o/r:Q8_0', { id: 'mine' });
    expect(catalogue.lookup('mine')?.size).toBe(q8.length);
    expect(await storedFiles(catalogue)).toHaveLength(before.length);
  });
});

/** All files below the models folder but locks and records. */
async function storedFiles({ modelsFolder }: Catalogue): Promise<string[]> {
  const entries = await readdir(modelsFolder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && !/\.json$/.test(entry.name))
    .map(({ name }) => name);
}
