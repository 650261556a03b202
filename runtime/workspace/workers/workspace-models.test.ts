import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ModelEntry } from '@graft/graph';
import { createCatalogue } from '@graft/backends/catalogue';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ModelList } from './model-list.ts';
import { WorkspaceModels } from './workspace-models.ts';

const weights = Buffer.from('weights');
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'graft-models-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

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

async function modelsOf(...entries: readonly ModelEntry[]) {
  const catalogue = createCatalogue({ modelsFolder: join(folder, 'models'), entries });
  const modelList = await ModelList.open(catalogue);
  const scratchFolder = join(folder, 'scratch');
  return new WorkspaceModels({ root: folder, catalogue, modelList, scratchFolder });
}

it('offers models with what they take, and whether they are here', async () => {
  const models = await modelsOf(entry());
  const { models: offered, memory } = await models.offered();
  expect(offered).toMatchObject([{ facts: { id: 'm' }, installed: false, imported: false }]);
  expect(offered[0]?.memory).toBeGreaterThan(2 * weights.length);
  expect(memory.free).toBeLessThanOrEqual(memory.total);
});

it('keeps why a download failed until it is asked for again, and forgets one that came', async () => {
  const models = await modelsOf(entry());
  models.download('m');
  await expect.poll(() => models.downloads()[0]?.problem?.code).toBe('bad-model');
  await writeFile(join(folder, 'there.onnx'), weights);
  models.download('m');
  expect(models.downloads()[0]?.problem).toBeUndefined();
  await expect.poll(() => models.downloads()).toEqual([]);
  expect((await models.offered()).models[0]?.installed).toBe(true);
});

it('refuses an unknown model, and one whose licence nobody has accepted', async () => {
  const models = await modelsOf(entry({ licence: { id: 'Theirs', consent: true } }));
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
  const models = await modelsOf(entry({ files: [{ path: 'a', size: 1, sources }] }));
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
