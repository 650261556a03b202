import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createBackends } from '@graft/backends';
import { createCatalogue } from '@graft/backends/catalogue';
import type { GenerateRequest } from '@graft/graph';
import { writeSlidingModel } from '@graft/training/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';

const request: GenerateRequest = {
  ...{ system: '', prompt: '', maxTokens: 24, temperature: 1, topK: 0, topP: 1, minP: 0 },
  ...{ repeatPenalty: 1, seed: 1, stop: [] },
};
const { signal } = new AbortController();
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'graft-sliding-'));
});
afterAll(async () => rm(folder, { recursive: true, force: true }));

it('a model that forgets what is far behind writes what it writes having read all', async () => {
  const path = join(folder, 'sliding.gguf');
  await writeSlidingModel(path, 64);
  const model = { id: 'sliding', digest: 'e'.repeat(64), path };
  const catalogue = createCatalogue({ modelsFolder: join(folder, 'models') });
  const open = () => createBackends({ catalogue, device: 'cpu' });
  const options = { contextLength: 2_048, parallel: 1 };
  const text = Array.from({ length: 1_500 }, (_, at) => String.fromCharCode(97 + ((at * 7) % 26)));
  const read = text.join('');
  const asked = (cut: number): GenerateRequest => ({
    ...request,
    prompt: `${read.slice(0, cut)}?${'xyz'.repeat(20)}`,
  });
  await using kept = open();
  const before = await kept.languageModel(model, options);
  for (const cut of [1_490, 1_400, 1_000, 120]) {
    await before.generate({ ...request, prompt: read }, { signal });
    const again = await before.generate(asked(cut), { signal });
    await using anew = open();
    const fresh = await (await anew.languageModel(model, options)).generate(asked(cut), { signal });
    expect(again.text).toBe(fresh.text);
    expect(again.reusedTokens).toBe(0);
  }
});
