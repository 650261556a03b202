import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ModelEntry } from '@graft/graph';
import { createCatalogue, type Catalogue, type SelectedModel } from '@graft/backends/catalogue';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hubFolder, smallGguf } from '../../backends/testing/hub-folder.ts';
import { HubServer } from '../../backends/testing/hub-server.ts';
import { noOtherTools } from '../../backends/testing/no-other-tools.ts';
import { OtherTools } from '../../backends/testing/other-tools.ts';
import { WorkspaceModels } from './workspace-models.ts';

const weights = Buffer.from('weights');
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'graft-models-'));
});
// What was stopped may still write for a moment.
afterEach(() => rm(folder, { recursive: true, force: true, maxRetries: 10 }));

const entry = (changes: Partial<ModelEntry> = {}): ModelEntry => ({
  ...{ id: 'm', title: 'M', kind: 'embedder', format: 'onnx', architecture: 'bert' },
  licence: { id: 'MIT', consent: false },
  ...{ dtype: 'fp32', dimension: 4, contextLength: 16, parameters: 1 },
  files: [
    {
      path: 'model.onnx',
      size: weights.length,
      digest: createHash('sha256').update(weights).digest('hex'),
      sources: [`file:${folder}/there.onnx`],
    },
  ],
  ...changes,
});

function modelsOf(...entries: readonly ModelEntry[]): WorkspaceModels {
  return modelsIn(createCatalogue({ modelsFolder: join(folder, 'models'), entries }));
}

function modelsIn(catalogue: Catalogue): WorkspaceModels {
  const scratchFolder = join(folder, 'scratch');
  return new WorkspaceModels({
    ...{ root: folder, catalogue, scratchFolder },
    stateFolder: join(folder, 'state'),
    machine: () => Promise.resolve({ memory: 8e9, cores: 8 }),
  });
}

it('offers models with what they take, and whether they are here', async () => {
  const models = modelsOf(entry());
  const { models: offered, memory } = await models.offered();
  expect(offered).toMatchObject([{ facts: { id: 'm' }, installed: false, imported: false }]);
  expect(offered[0]?.memory).toBeGreaterThan(2 * weights.length);
  expect(memory.free).toBeLessThanOrEqual(memory.total);
});

it('offers models of other tools, with where they are, and why one cannot be run', async () => {
  await using tools = await OtherTools.open();
  const file = await tools.lmStudio('o/r/m.gguf', smallGguf());
  await tools.ollamaManifest('broken', 'no manifest');
  const catalogue = createCatalogue({
    ...{ modelsFolder: join(folder, 'models'), entries: [], environment: tools.environment },
  });
  const scratchFolder = join(folder, 'scratch');
  const models = new WorkspaceModels({
    ...{ root: folder, catalogue, scratchFolder, stateFolder: join(folder, 'state') },
  });
  const { models: offered } = await models.offered();
  expect(offered).toMatchObject([
    {
      facts: { id: 'ollama:broken' },
      origin: { tool: 'Ollama' },
      unusable: expect.stringContaining('damaged') as string,
    },
    // Not by the name of the training run that is in the file.
    { facts: { id: 'lmstudio:o/r/m.gguf', title: 'm' }, origin: { tool: 'LM Studio', path: file } },
  ]);
  expect(offered[1]).not.toHaveProperty('unusable');
  await tools.lmStudio('o/r/new.gguf', smallGguf(4096, 2));
  expect((await models.list()).map(({ id }) => id)).toContain('lmstudio:o/r/new.gguf');
});

describe('models that are worth choosing', () => {
  const id = 'hf:o/large-GGUF:Q8_0';
  const selected = (changes: Partial<SelectedModel> = {}): SelectedModel => ({
    ...{ id, title: 'Large', kind: 'language-model', format: 'gguf', architecture: 'llama' },
    ...{ parameters: 1e9, contextLength: 64, size: 1e9, tested: 'Nothing of it.' },
    licence: { id: 'MIT', url: 'https://example.org/large', consent: false },
    ...changes,
  });
  const huge = selected({ id: 'hf:o/huge-GGUF:Q8_0', parameters: 9e9, size: 9e9 });

  it('are offered before they are here, with what suits this machine', async () => {
    await using served = await hubFolder({ 'o/large-GGUF': { 'a-Q8_0.gguf': smallGguf(4096) } });
    await using hub = await HubServer.start({ folder: served.path });
    const catalogue = createCatalogue({
      ...{ modelsFolder: join(folder, 'models'), entries: [entry()], hubEndpoint: hub.url },
      environment: { ...noOtherTools, XDG_CONFIG_HOME: folder, HF_HOME: folder },
      selection: [selected(), huge],
    });
    const models = modelsIn(catalogue);
    const before = (await models.offered()).models;
    expect(before.map(({ facts }) => facts.id)).toEqual(['m', id, huge.id]);
    expect(before[0]).not.toHaveProperty('tested');
    expect(before[1]).toMatchObject({
      facts: { id, title: 'Large', size: 1e9, parameters: 1e9, source: id },
      ...{ installed: false, dtype: 'q8_0', received: 0, memory: 1e9, tested: 'Nothing of it.' },
      recommended: { reason: expect.stringContaining('8.0 GB'), best: true },
    });
    expect(before[2]).not.toHaveProperty('recommended');
    models.download(id);
    await expect.poll(() => models.downloads()).toEqual([]);
    const after = (await models.offered()).models;
    expect(after.map(({ facts }) => facts.id)).toEqual(['m', id, huge.id]);
    expect(after[1]).toMatchObject({ installed: true, recommended: { best: true } });
    await models.close();
  });

  it('are suggested until somebody decides, and what was preferred is marked', async () => {
    await using served = await hubFolder({ 'o/large-GGUF': { 'a-Q8_0.gguf': smallGguf(4096) } });
    await using hub = await HubServer.start({ folder: served.path });
    const catalogue = createCatalogue({
      ...{ modelsFolder: join(folder, 'models'), entries: [entry()], hubEndpoint: hub.url },
      environment: { ...noOtherTools, XDG_CONFIG_HOME: folder, HF_HOME: folder },
      selection: [selected()],
    });
    const models = modelsIn(catalogue);
    expect(await models.suggested()).toMatchObject({ id });
    await models.prefer('language-model', id);
    expect(await models.suggested()).toBeUndefined();
    // It is not known yet, and no node can begin with it.
    expect((await models.list()).filter(({ preferred }) => preferred)).toEqual([]);
    models.download(id);
    await expect.poll(() => models.downloads()).toEqual([]);
    expect((await models.list()).filter(({ preferred }) => preferred)).toMatchObject([{ id }]);
    await models.prefer('language-model', null);
    expect((await models.list()).filter(({ preferred }) => preferred)).toEqual([]);
    await models.close();
  });
});

it('keeps why a download failed until it is asked for again, and forgets one that came', async () => {
  const models = modelsOf(entry());
  models.download('m');
  await expect.poll(() => models.downloads()[0]?.problem?.code).toBe('bad-model');
  await writeFile(join(folder, 'there.onnx'), weights);
  models.download('m');
  expect(models.downloads()[0]?.problem).toBeUndefined();
  await expect.poll(() => models.downloads()).toEqual([]);
  expect((await models.offered()).models[0]?.installed).toBe(true);
});

it('refuses an unknown model, and one whose licence nobody has accepted', async () => {
  const models = modelsOf(entry({ licence: { id: 'Theirs', consent: true } }));
  expect(() => models.download('other')).toThrow(/has no model "other"/);
  models.download('m');
  await expect.poll(() => models.downloads()[0]?.problem?.message).toContain('Theirs');
  models.cancel('m');
  expect(models.downloads()).toEqual([]);
});

it('stops what is under way when it is closed', async () => {
  const silent = createServer(() => undefined).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const { port } = silent.address() as AddressInfo;
  const sources = [`http://127.0.0.1:${port}/never`];
  const models = modelsOf(entry({ files: [{ path: 'a', size: 1, sources }] }));
  try {
    models.download('m');
    await once(silent, 'request');
    await models.close();
    expect(models.downloads()[0]?.problem?.code).toBe('cancelled');
  } finally {
    silent.closeAllConnections();
    silent.close();
  }
});

describe('a download that the server does not see the end of', () => {
  const id = 'hf:o/r:Q8_0';
  const weights = smallGguf(4 << 20);

  async function hubModels(hub: HubServer): Promise<WorkspaceModels> {
    const modelsFolder = join(folder, 'models');
    const catalogue = createCatalogue({
      ...{ modelsFolder, entries: [], hubEndpoint: hub.url },
      environment: { ...noOtherTools, XDG_CONFIG_HOME: folder, HF_HOME: folder },
    });
    return new WorkspaceModels({
      ...{ root: folder, catalogue },
      ...{ scratchFolder: join(folder, 'scratch'), stateFolder: join(folder, 'state') },
    });
  }

  it('is in the list of models by the time that its size is told', async () => {
    await using served = await hubFolder({ 'o/r': { 'm-Q8_0.gguf': weights } });
    await using hub = await HubServer.start({ folder: served.path });
    const models = await hubModels(hub);
    void hub.gate.stopAfter((1 << 20) + weights.length * 0.3, 'hold');
    models.download(id);
    await expect.poll(() => models.downloads()[0]?.progress?.total).toBe(weights.length);
    expect((await models.list()).map((facts) => facts.id)).toContain(id);
    // One that is stopped goes on writing for a moment, beside the removal of the folder.
    hub.gate.open();
    await expect.poll(() => models.downloads()).toEqual([]);
    await models.close();
  });

  it('is deleted with what has come of it, and does not go on', async () => {
    await using served = await hubFolder({ 'o/r': { 'm-Q8_0.gguf': weights } });
    await using hub = await HubServer.start({ folder: served.path });
    const models = await hubModels(hub);
    void hub.gate.stopAfter((1 << 20) + weights.length * 0.3, 'hold');
    models.download(id);
    await expect.poll(() => models.downloads()[0]?.progress?.done ?? 0).toBeGreaterThan(0);
    models.cancel(id);
    expect((await models.offered()).models).toMatchObject([{ facts: { id }, installed: false }]);
    await models.discard(id);
    expect((await models.offered()).models).toEqual([]);
    expect(await readdir(join(folder, 'models/partial'))).toEqual([]);
    await models.resume();
    expect(models.downloads()).toEqual([]);

    hub.gate.open();
    models.download(id);
    await expect.poll(() => models.downloads()).toEqual([]);
    await expect(models.discard(id)).rejects.toMatchObject({ code: 'bad-input' });
    expect((await models.offered()).models).toMatchObject([{ installed: true }]);
    models.download('hf:o/absent');
    await expect.poll(() => models.downloads()[0]?.problem?.code).toBe('bad-model');
    await models.discard('hf:o/absent');
    expect(models.downloads()).toEqual([]);
    await models.close();
  });

  it('goes on with the next server; one that was cancelled does not', async () => {
    await using served = await hubFolder({ 'o/r': { 'm-Q8_0.gguf': weights } });
    await using hub = await HubServer.start({ folder: served.path });
    const first = await hubModels(hub);
    // The header comes before, of a megabyte.
    const held = hub.gate.stopAfter((1 << 20) + weights.length * 0.3, 'hold');
    first.download(id);
    await held;
    await expect.poll(() => first.downloads()[0]?.progress?.done ?? 0).toBeGreaterThan(0);
    await first.close();
    hub.gate.open();
    hub.requests.length = 0;

    const second = await hubModels(hub);
    await second.resume();
    expect(second.downloads()).toMatchObject([{ model: id }]);
    await expect.poll(() => second.downloads()).toEqual([]);
    expect((await second.offered()).models).toMatchObject([{ facts: { id }, installed: true }]);
    expect(hub.requests.every(({ range }) => range !== undefined)).toBe(true);
    await second.close();

    const third = await hubModels(hub);
    void hub.gate.stopAfter(1, 'hold');
    third.download('hf:o/r');
    third.cancel('hf:o/r');
    await third.close();
    const fourth = await hubModels(hub);
    await fourth.resume();
    expect(fourth.downloads()).toEqual([]);
    await fourth.close();
  });
});
