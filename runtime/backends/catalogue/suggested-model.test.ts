import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { hubFolder, smallEmbedder, smallGguf, type HubFolderFiles } from '../testing/hub-folder.ts';
import { HubServer, type HubServerOptions } from '../testing/hub-server.ts';
import { noOtherTools } from '../testing/no-other-tools.ts';
import { createCatalogue } from './catalogue.ts';
import type { Catalogue, ListedModel } from './catalogue-contract.ts';
import { selectedModelSchema, type SelectedModel } from './selected-model.ts';
import { suggestedModel } from './suggested-model.ts';

const weights = smallGguf(4096);
const machine = { memory: 8e9, cores: 8 };
const { signal } = new AbortController();

const model = (changes: Partial<SelectedModel> = {}): SelectedModel =>
  selectedModelSchema.parse({
    ...{ id: 'hf:o/large-GGUF:Q8_0', title: 'Large', kind: 'language-model', format: 'gguf' },
    ...{ architecture: 'llama', parameters: 1e9, contextLength: 64, size: 1e9 },
    licence: { id: 'MIT', url: 'https://example.org/large', consent: false },
    ...{ tested: 'Nothing of it.', ...changes },
  });

const cleanUp: AsyncDisposable[] = [];
afterEach(async () => {
  for (const each of cleanUp.splice(0).reverse()) await each[Symbol.asyncDispose]();
});

interface Opened {
  readonly hub: HubServer;
  readonly catalogue: Catalogue;
}

async function open(
  selection: readonly SelectedModel[],
  {
    terms,
    offline = '',
    embedder = smallEmbedder,
  }: Pick<HubServerOptions, 'terms'> & {
    readonly offline?: string;
    readonly embedder?: HubFolderFiles;
  } = {},
): Promise<Opened> {
  const served = await hubFolder({
    'o/large-GGUF': { 'large-Q8_0.gguf': weights, 'large-Q4_K_M.gguf': smallGguf(2048, 2) },
    'o/embedder': embedder,
  });
  const hub = await HubServer.start({
    ...{ folder: served.path },
    ...(terms === undefined ? {} : { terms }),
  });
  const modelsFolder = await mkdtemp(join(tmpdir(), 'graft-suggested-'));
  cleanUp.push(served, hub, {
    [Symbol.asyncDispose]: () => rm(modelsFolder, { recursive: true, force: true }),
  });
  const catalogue = createCatalogue({
    ...{ modelsFolder, entries: [], selection, hubEndpoint: hub.url },
    environment: {
      ...noOtherTools,
      ...{ HF_HOME: '/nowhere', XDG_CONFIG_HOME: '/nowhere', HF_HUB_OFFLINE: offline },
    },
    pause: () => Promise.resolve(),
  });
  return { hub, catalogue };
}

describe('the suggested model', () => {
  it('is the best of the selection, with the size that the hub states', async () => {
    const { catalogue } = await open([model()]);
    expect(await suggestedModel(catalogue, machine, signal)).toEqual({
      ...{ id: 'hf:o/large-GGUF:Q8_0', title: 'Large', size: weights.length },
      licence: { id: 'MIT', url: 'https://example.org/large', consent: false },
      reason: expect.stringContaining('8.0 GB of free memory'),
    });
  });

  it('is not offered where the hub does not answer, lacks it or asks for its terms', async () => {
    const silent = await open([model()]);
    await silent.hub[Symbol.asyncDispose]();
    expect(await suggestedModel(silent.catalogue, machine, signal)).toBeUndefined();
    const offline = await open([model()], { offline: '1' });
    expect(await suggestedModel(offline.catalogue, machine, signal)).toBeUndefined();
    expect(offline.hub.requests).toEqual([]);
    const absent = await open([model({ id: 'hf:o/gone:Q8_0' })]);
    expect(await suggestedModel(absent.catalogue, machine, signal)).toBeUndefined();
    const quant = await open([model({ id: 'hf:o/large-GGUF:Q2_K' })]);
    expect(await suggestedModel(quant.catalogue, machine, signal)).toBeUndefined();
    const gated = await open([model()], { terms: { 'o/large-GGUF': { gated: true } } });
    expect(await suggestedModel(gated.catalogue, machine, signal)).toBeUndefined();
  });

  it('is not offered where none fits, or only one for trying out', async () => {
    const { hub, catalogue } = await open([model()]);
    const small = { memory: 1e9, cores: 8 };
    expect(await suggestedModel(catalogue, small, signal)).toBeUndefined();
    const tiny = await open([model({ parameters: 4e8 })]);
    expect(await suggestedModel(tiny.catalogue, machine, signal)).toBeUndefined();
    expect([...hub.requests, ...tiny.hub.requests]).toEqual([]);
  });

  it('is not offered once somebody has decided, in this process or another, or has a usable one', async () => {
    const { hub, catalogue } = await open([model()]);
    const { modelsFolder } = catalogue;
    await catalogue.preferences.prefer('language-model', null);
    const other = createCatalogue({ modelsFolder, entries: [], hubEndpoint: hub.url });
    expect(other.preferences.of('language-model')).toBeNull();
    expect(await suggestedModel(catalogue, machine, signal)).toBeUndefined();
    expect(hub.requests).toEqual([]);
    const second = await open([model()]);
    const id = 'hf:o/large-GGUF:Q4_K_M';
    await second.catalogue.fetch(id);
    const listed = await second.catalogue.list();
    // Its header says that it has few weights.
    expect(await suggestedModel(second.catalogue, machine, signal)).toBeDefined();
    const list = (): ReturnType<Catalogue['list']> =>
      Promise.resolve(
        listed.map((each) => ({ ...each, facts: { ...each.facts, parameters: 7e9 } })),
      );
    const { selection, preferences, hub: client } = second.catalogue;
    const usable = { list, selection, preferences, hub: client };
    expect(await suggestedModel(usable, machine, signal)).toBeUndefined();
    const unusable = async (): Promise<ListedModel[]> =>
      (await list()).map((each) => ({ ...each, facts: { ...each.facts, unusable: 'Why.' } }));
    // Another tool keeps it, and Graft cannot run it.
    expect(await suggestedModel({ ...usable, list: unusable }, machine, signal)).toBeDefined();
  });
});

describe('terms of the selection', () => {
  const licence = { id: 'Their terms', url: 'https://example.org/terms', consent: true };
  const refused = { code: 'bad-model', message: expect.stringContaining('needs your consent') };

  it('are asked for before anything of any model of the repository is fetched', async () => {
    const { hub, catalogue } = await open([model({ licence })]);
    const id = 'hf:o/large-GGUF:Q4_K_M';
    await expect(catalogue.fetch(id)).rejects.toMatchObject(refused);
    await expect(catalogue.import(id, { id: 'mine' })).rejects.toMatchObject(refused);
    expect(hub.requests).toEqual([]);
    await catalogue.fetch(id, { consent: true });
    expect(catalogue.entry(id).licence).toEqual(licence);
    // It is remembered by the model's id.
    await catalogue.fetch(id);
    await catalogue.import(id, { id: 'mine', consent: true });
    expect(catalogue.entry('mine').licence).toEqual(licence);
    await catalogue.fetch('mine');
  });

  it('are those of the hub elsewhere', async () => {
    const { catalogue } = await open([]);
    const id = 'hf:o/large-GGUF:Q4_K_M';
    await catalogue.fetch(id);
    expect(catalogue.entry(id).licence.consent).toBe(false);
  });
});

describe('the layout of a selected embedder', () => {
  const id = 'hf:o/embedder:q4';
  const plain = { prompts: { question: '', passage: '' }, includePrompt: true, dense: [] };
  const prompts = { question: 'query: ', passage: 'passage: ' };
  const selected = model({
    ...{ id: 'hf:O/embedder:q8', kind: 'embedder', format: 'onnx', dimension: 8 },
    embedding: { ...plain, pooling: ['cls'], prompts },
  });
  const layout = {
    'modules.json': JSON.stringify(
      ['Transformer', 'Pooling'].map((kind) => ({
        ...{ path: kind, type: `sentence_transformers.models.${kind}` },
      })),
    ),
    'Pooling/config.json': '{"embedding_dimension":8,"pooling_mode":"max"}',
  };
  const stating = (own: object): HubFolderFiles => ({
    ...{ ...smallEmbedder, ...layout },
    'config_sentence_transformers.json': JSON.stringify(own),
  });

  it('holds for every model of its repository whose files state none', async () => {
    const { catalogue } = await open([selected]);
    await catalogue.fetch(id);
    expect(catalogue.entry(id).embedding).toEqual(selected.embedding);
    await catalogue.import(id, { id: 'mine' });
    expect(catalogue.entry('mine').embedding).toEqual(selected.embedding);
    const unselected = await open([]);
    await unselected.catalogue.fetch(id);
    expect(unselected.catalogue.entry(id)).not.toHaveProperty('embedding');
  });

  it('gives way to pooling in the files, and to prompts there that are not empty', async () => {
    const empty = stating({ prompts: { query: '', document: '' } });
    const silent = await open([selected], { embedder: empty });
    await silent.catalogue.fetch(id);
    expect(silent.catalogue.entry(id).embedding).toEqual({ ...plain, pooling: ['max'], prompts });
    const own = stating({ prompts: { query: 'q: ' } });
    const stated = await open([selected], { embedder: own });
    await stated.catalogue.fetch(id);
    expect(stated.catalogue.entry(id).embedding).toEqual({
      ...{ ...plain, pooling: ['max'], prompts: { question: 'q: ', passage: '' } },
    });
  });

  it('is not given to other kinds of models', async () => {
    const { catalogue } = await open([{ ...selected, id: 'hf:o/large-GGUF:Q8_0' }]);
    await catalogue.fetch('hf:o/large-GGUF:Q8_0');
    expect(catalogue.entry('hf:o/large-GGUF:Q8_0')).not.toHaveProperty('embedding');
  });
});

describe('what new nodes begin with', () => {
  it('is kept by kind, and a damaged file costs only the question', async () => {
    const { catalogue } = await open([]);
    const { preferences } = catalogue;
    expect(preferences.of('language-model')).toBeUndefined();
    await preferences.prefer('language-model', 'hf:o/r:Q8_0');
    await preferences.prefer('embedder', null);
    expect([...preferences.all()]).toEqual([['language-model', 'hf:o/r:Q8_0']]);
    expect(preferences.of('embedder')).toBeNull();
    expect(preferences.of('cross-encoder')).toBeUndefined();
    // The name by which lists have it.
    await preferences.prefer('language-model', 'ollama:qwen3:latest');
    expect(preferences.of('language-model')).toBe('ollama:qwen3');
  });
});
