import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCatalogue, type CatalogueOptions } from '@graft/backends/catalogue';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hubFolder, smallGguf, smallSafetensors } from '../../backends/testing/hub-folder.ts';
import { HubServer } from '../../backends/testing/hub-server.ts';
import { noOtherTools } from '../../backends/testing/no-other-tools.ts';
import { WorkspaceModels } from './workspace-models.ts';

type Converter = NonNullable<CatalogueOptions['ggufConverter']>;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'graft-conversions-'));
});
afterEach(() => rm(folder, { recursive: true, force: true, maxRetries: 10 }));

function modelsOf(hub: HubServer, ggufConverter: Converter): WorkspaceModels {
  const catalogue = createCatalogue({
    ...{ modelsFolder: join(folder, 'models'), entries: [], hubEndpoint: hub.url, ggufConverter },
    environment: { ...noOtherTools, XDG_CONFIG_HOME: folder, HF_HOME: folder },
  });
  return new WorkspaceModels({
    ...{ root: folder, catalogue },
    ...{ scratchFolder: join(folder, 'scratch'), stateFolder: join(folder, 'state') },
  });
}

const small = smallGguf();
const converts: Converter = () =>
  Promise.resolve({ bytes: small.length, write: (to) => writeFile(to, small) });

/** Writes half of the file, tells so, and waits until it is cancelled. */
const hangs: Converter = () =>
  Promise.resolve({
    bytes: small.length,
    write: async (to, { signal, progress }) => {
      await writeFile(to, small.subarray(0, 100));
      progress(100, small.length);
      await new Promise((_, reject) => signal.addEventListener('abort', reject));
    },
  });

const id = 'hf:o/r:safetensors';

describe('a model of the hub in safetensors', () => {
  it('is downloaded and converted as a download, under the id that is told at once', async () => {
    await using served = await hubFolder({ 'o/r': smallSafetensors() });
    await using hub = await HubServer.start({ folder: served.path });
    const models = modelsOf(hub, converts);
    expect(models.convert(id, { to: 'q8_0' })).toBe('r-Q8_0');
    expect(models.downloads()).toMatchObject([{ model: 'r-Q8_0', madeOf: id }]);
    await expect.poll(() => models.downloads()).toEqual([]);
    const { models: offered } = await models.offered();
    expect(offered.map(({ facts, installed }) => [facts.id, facts.format, installed])).toEqual([
      [id, 'safetensors', true],
      ['r-Q8_0', 'gguf', true],
    ]);
    await models.close();
  });

  it('tells how far its conversion is, and leaves nothing of one that is cancelled', async () => {
    await using served = await hubFolder({ 'o/r': smallSafetensors() });
    await using hub = await HubServer.start({ folder: served.path });
    const models = modelsOf(hub, hangs);
    models.convert(id, { to: 'f16' });
    await expect
      .poll(() => models.downloads()[0]?.progress)
      .toMatchObject({ done: 100, total: small.length, unit: 'converted bytes of r-F16' });
    models.cancel('r-F16');
    expect(models.downloads()).toEqual([]);
    await models.close();
    expect(await readdir(join(folder, 'models/partial'))).toEqual([]);
    expect((await models.offered()).models).toMatchObject([{ facts: { id }, installed: true }]);
  });

  it('keeps why it failed, and is converted when it is asked for again', async () => {
    await using served = await hubFolder({ 'o/r': smallSafetensors('phi3') });
    await using hub = await HubServer.start({ folder: served.path });
    const models = modelsOf(hub, converts);
    models.convert(id, { to: 'f16' });
    await expect.poll(() => models.downloads()[0]?.problem?.message).toContain('"phi3"');
    expect(models.downloads()).toMatchObject([{ model: 'r-F16', madeOf: id }]);
    models.convert(id, { to: 'f16' });
    expect(models.downloads()[0]?.problem).toBeUndefined();
    await expect.poll(() => models.downloads()[0]?.problem?.message).toContain('"phi3"');
    await models.discard('r-F16');
    expect(models.downloads()).toEqual([]);
    await models.close();
  });

  it('is converted by the next server where the last one ended meanwhile', async () => {
    await using served = await hubFolder({ 'o/r': smallSafetensors() });
    await using hub = await HubServer.start({ folder: served.path });
    const first = modelsOf(hub, hangs);
    first.convert(id, { to: 'f16' });
    await expect.poll(() => first.downloads()[0]?.progress?.done).toBe(100);
    await first.close();
    const second = modelsOf(hub, converts);
    await second.resume();
    expect(second.downloads()).toMatchObject([{ model: 'r-F16', madeOf: id }]);
    await expect.poll(() => second.downloads()).toEqual([]);
    expect((await second.installed('r-F16')).format).toBe('gguf');
    await second.close();
  });

  it('waits for one of the same name that is being converted to the same id', async () => {
    const repos = { 'o/r': smallSafetensors(), 'p/r': smallSafetensors('qwen2') };
    await using served = await hubFolder(repos);
    await using hub = await HubServer.start({ folder: served.path });
    const models = modelsOf(hub, hangs);
    models.convert(id, { to: 'f16' });
    expect(() => models.convert('hf:p/r:safetensors', { to: 'f16' })).toThrow(
      '"hf:o/r:safetensors" is becoming "r-F16" just now.',
    );
    await models.close();
  });

  it('is named by an id; a path of this machine is refused', async () => {
    await using served = await hubFolder({});
    await using hub = await HubServer.start({ folder: served.path });
    const models = modelsOf(hub, converts);
    expect(() => models.convert(folder, { to: 'f16' })).toThrow(/has no model/);
    await models.close();
  });
});
