import { stat } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { createBackends } from '../residency/backends.ts';
import { languageModelFile, modelTestTimeout, realCatalogue } from '../testing/real-models.ts';
import { claimedMemory } from './claimed-memory.ts';

it('is what the worker claims for the same model', { timeout: modelTestTimeout }, async () => {
  const { path, digest } = await languageModelFile();
  const use = { contextLength: 1024, parallel: 3, threads: 2 };
  const { size } = await stat(path);
  const claimed = await claimedMemory({ path, size }, { ...use, device: 'cpu' });
  expect(claimed).toMatchObject({ contextLength: 1024, parallel: 2 });
  await using backends = createBackends({ catalogue: realCatalogue(), device: 'cpu', threads: 2 });
  const source = { id: 'small', digest, path };
  await backends.languageModel(source, { ...use, encoding: 'as-published' });
  expect(claimed?.bytes).toBe(backends.memory('cpu').peak);
});

it('is not known of a file that llama.cpp cannot read', async () => {
  const use = { device: 'cpu', contextLength: 1024, parallel: 1 };
  await expect(claimedMemory({ path: import.meta.filename, size: 1 }, use)).rejects.toMatchObject({
    code: 'damaged-file',
  });
});
