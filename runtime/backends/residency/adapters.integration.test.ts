import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { adapterGguf, type AdapterInfo, type WeightedAdapter } from '@graft/graph';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeRandomAdapter } from '../testing/gguf-adapter.ts';
import {
  languageModelFile,
  languageModelSource,
  modelTestTimeout,
  never,
  realCatalogue,
} from '../testing/real-models.ts';
import { loadLlamaRuntime } from '../llama/llama-runtime.ts';
import { loadLlamaWeights } from '../llama/llama-weights.ts';
import { createBackends, type LoadedBackends } from './backends.ts';
import { LoadedLanguageModel } from './loaded-language-model.ts';

const request = {
  ...{
    system: 'You are a helpful assistant.',
    prompt: 'What is the capital of France?',
    maxTokens: 16,
    temperature: 0,
  },
  ...{ topK: 40, topP: 0.95, minP: 0.05, repeatPenalty: 1, seed: 1, stop: [] },
};

describe('adapters of one base', { timeout: modelTestTimeout }, () => {
  let folder: string;
  let backends: LoadedBackends;
  /** What a model with these adapters answers. */
  const answer = async (...adapters: WeightedAdapter[]): Promise<string> => {
    const options = { contextLength: 256, parallel: 1, adapters };
    const model = await backends.languageModel(languageModelSource(), options);
    return (await model.generate(request, { signal: never() })).text;
  };
  const written = async (name: string, seed: number): Promise<WeightedAdapter> => {
    const path = join(folder, name);
    await mkdir(path);
    const info = await writeRandomAdapter(await languageModelFile(), path, seed);
    return { path, info, weight: 1 };
  };
  let red: WeightedAdapter;
  let blue: WeightedAdapter;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'graft-adapters-'));
    backends = createBackends({ catalogue: realCatalogue(), device: 'cpu' });
    red = await written('red', 1);
    blue = await written('blue', 2);
  }, modelTestTimeout);
  afterAll(async () => {
    await backends[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  it('change the answer, each its own way, and leave the base as it was', async () => {
    const bare = await answer();
    expect(bare).toContain('Paris');
    const [one, other, both] = [await answer(red), await answer(blue), await answer(red, blue)];
    expect(new Set([bare, one, other, both]).size).toBe(4);
    expect(await answer()).toBe(bare);
    expect(await answer(red)).toBe(one);
    expect(await answer({ ...red, weight: 0 })).toBe(bare);
    expect(await answer({ ...red, weight: 0 }, blue)).toBe(other);
  });

  it('count by their weights', async () => {
    const path = join(folder, 'copy');
    await mkdir(path);
    await copyFile(join(red.path, adapterGguf), join(path, adapterGguf));
    const half = { ...red, weight: 0.5 };
    const whole = await answer(red);
    expect(await answer(half)).not.toBe(whole);
    // By two files, and by one that is given twice.
    expect(await answer(half, { ...half, path })).toBe(whole);
    expect(await answer(half, half)).toBe(whole);
    expect(await answer(red, { ...red, path, weight: -1 })).toBe(await answer());
  });

  it('answer at the same time over one copy of the weights', async () => {
    const alone = [await answer(), await answer(red), await answer(blue)];
    expect(await Promise.all([answer(), answer(red), answer(blue)])).toEqual(alone);
  });

  it('are refused where they do not belong, in one sentence', async () => {
    const refused = async (changed: Partial<AdapterInfo>): Promise<unknown> =>
      answer({ ...red, info: { ...red.info, ...changed } }).catch((error: unknown) => error);
    expect(await refused({ method: 'dora' })).toMatchObject({
      code: 'bad-model',
      message: expect.stringMatching(
        /^the adapter "random-1" is a DoRA adapter.*merge it/,
      ) as string,
    });
    const base = { ...red.info.base, digest: 'f'.repeat(64) };
    expect(await refused({ base })).toMatchObject({
      code: 'bad-model',
      message: expect.stringMatching(/trained on other weights.*use the base model/) as string,
    });
    await expect(answer({ ...red, path: folder })).rejects.toThrow(
      'the adapter "random-1" has no adapter.gguf',
    );
  });

  it('say why their file cannot be read, and do not harm the base', async () => {
    const bytes = await readFile(join(red.path, adapterGguf));
    const path = join(folder, 'cut');
    await mkdir(path);
    await writeFile(join(path, adapterGguf), bytes.subarray(0, bytes.length - 999));
    const error: unknown = await answer({ ...red, path }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'bad-model' });
    expect(String(error)).toMatch(
      /cannot apply the adapter "random-1": .* corrupted or incomplete/,
    );
    expect(await answer()).toContain('Paris');
  });
});

it('keeps few contexts that nobody uses', { timeout: modelTestTimeout }, async () => {
  const runtime = await loadLlamaRuntime('cpu');
  const file = await languageModelFile();
  const weights = await loadLlamaWeights(runtime, file, { signal: never() });
  const loaded = new LoadedLanguageModel(weights, weights.size);
  const contexts = async (parallel: number): Promise<number> => {
    const options = { id: file.id, runtime, contextLength: 256, parallel };
    await loaded.use({ options, contextBytes: 0 }, (model) => model.prepare(never()));
    return loaded.bytes() - weights.size;
  };
  const one = await contexts(1);
  expect(one).toBeGreaterThan(0);
  expect(await contexts(1)).toBe(one);
  for (let parallel = 2; parallel < 8; parallel++) await contexts(parallel);
  expect(await contexts(8)).toBe(4 * one);
  await loaded.dispose();
  expect(loaded.bytes()).toBe(weights.size);
  await runtime.llama.dispose();
});
