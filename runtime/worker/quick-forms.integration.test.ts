import { link, mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { createBackends, type BackendsOptions, type LoadedBackends } from '@graft/backends';
import { createCatalogue, defaultModelsFolder } from '@graft/backends/catalogue';
import {
  adapterGguf,
  type GenerateRequest,
  type ModelSource,
  type WeightedAdapter,
} from '@graft/graph';
import { mountSmallDisk } from '@graft/kit/testing';
import { widenGgufAdapter } from '@graft/training/adapters';
import { ggufToQ80 } from '@graft/training/formats';
import { TinyModel } from '@graft/training/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const id = 'SmolLM2-135M-Instruct';
const options = { contextLength: 512, parallel: 1 };
const request: GenerateRequest = {
  ...{ system: 'You are a helpful assistant.', prompt: 'What is the capital of France?' },
  ...{ maxTokens: 12, temperature: 0, topK: 40, topP: 0.95, minP: 0.05, repeatPenalty: 1 },
  ...{ seed: 1, stop: [] },
};
const never = new AbortController().signal;
/** Files that were written anew. */
const written: string[] = [];
const convertWeights: NonNullable<BackendsOptions['convertWeights']> = (from, to, how) => {
  written.push(from);
  return ggufToQ80(from, to, how);
};
const widenAdapter: NonNullable<BackendsOptions['widenAdapter']> = (from, to, how) => {
  written.push(from);
  return widenGgufAdapter(from, to, how);
};

function open(
  modelsFolder: string,
  made: Partial<BackendsOptions> = { convertWeights, widenAdapter },
): LoadedBackends {
  const catalogue = createCatalogue({ modelsFolder });
  return createBackends({ catalogue, device: 'cpu', ...made });
}

describe('a language model on a CPU', { timeout: 240_000 }, () => {
  let folder: string;
  let source: ModelSource;
  /** Bytes of the published file. */
  const published = 98_362_432;
  beforeAll(async () => {
    const own = createCatalogue({ modelsFolder: defaultModelsFolder(process.env) });
    const from = await own.fetch(id);
    folder = await mkdtemp(join(tmpdir(), 'graft-quick-forms-'));
    await mkdir(join(folder, 'models', id), { recursive: true });
    for (const name of await readdir(from)) {
      await link(join(from, name), join(folder, 'models', id, name));
    }
    source = { id, digest: own.lookup(id)?.digest ?? '' };
  });
  afterAll(async () => rm(folder, { recursive: true, force: true }));

  it('reads Q8_0 made from Q4_1, once, which counts in memory, under the digest of the published', async () => {
    for (let time = 0; time < 2; time++) {
      await using backends = open(folder);
      const model = await backends.languageModel(source, options);
      expect(model.readAs).toMatch(
        /^Q8_0, made from Q4_1: with it, a CPU reads prompts about 2\.\d times as fast/,
      );
      expect((await model.generate(request, { signal: never })).text).toContain('Paris');
      expect(backends.memory('cpu').used).toBeGreaterThan(1.4 * published);
    }
    expect(written.map((path) => basename(path))).toEqual([`${id}.Q4_1.gguf`]);
    const records: unknown = JSON.parse(await readFile(join(folder, 'converted.json'), 'utf8'));
    expect(Object.keys(records as object)).toEqual([`${source.digest} Q8_0 1`]);
  });

  it('is read as published where that is asked for, beside the other', async () => {
    await using backends = open(folder);
    await backends.languageModel(source, options);
    const quick = backends.memory('cpu').used;
    const model = await backends.languageModel(source, { ...options, encoding: 'as-published' });
    expect(model.readAs).toBeUndefined();
    expect((await model.generate(request, { signal: never })).text).toContain('Paris');
    expect(backends.memory('cpu').used - quick).toBeGreaterThan(published);
  });

  it('has an adapter in a copy of rank 16, made once, with which it says the same', async () => {
    await using tiny = await TinyModel.open();
    const model = { id: 'tiny', digest: 'a'.repeat(64), path: tiny.file };
    const factor = (seed: number): Float32Array =>
      Float32Array.from({ length: 4 * 64 }, (_, at) => Math.sin(seed + 7 * at));
    const places = [0, 1].map((layer) => `model.layers.${String(layer)}.self_attn.o_proj`);
    const modules = new Map(
      places.map((place, at) => [
        place,
        { inputs: 64, outputs: 64, rank: 4, alpha: 64, a: factor(at), b: factor(at + 2) },
      ]),
    );
    const adapter = await tiny.imported(
      { rankStabilized: false, base: undefined, modules },
      'adapter',
    );
    const ask = async (
      backends: LoadedBackends,
      adapters: readonly WeightedAdapter[],
    ): Promise<string> => {
      const loaded = await backends.languageModel(model, {
        ...{ contextLength: 64, parallel: 1, adapters },
      });
      const asked = { ...request, system: '', prompt: 'Why?' };
      return (await loaded.generate(asked, { signal: never })).text;
    };
    await using narrow = open(folder, { convertWeights });
    const expected = await ask(narrow, [adapter]);
    expect(await ask(narrow, [])).not.toBe(expected);
    written.length = 0;
    for (let time = 0; time < 2; time++) {
      await using wide = open(folder);
      expect(await ask(wide, [adapter])).toBe(expected);
    }
    expect(written.map((each) => basename(each))).toEqual([adapterGguf]);
  });

  it('takes what was made along when it is removed', async () => {
    const catalogue = createCatalogue({ modelsFolder: folder });
    const records = JSON.parse(await readFile(join(folder, 'converted.json'), 'utf8')) as Record<
      string,
      { digest: string }
    >;
    const digest = records[`${source.digest ?? ''} Q8_0 1`]?.digest;
    const blobs = async (): Promise<string[]> =>
      readdir(join(folder, 'sha256'), { recursive: true });
    expect((await blobs()).some((name) => name.endsWith(String(digest)))).toBe(true);
    await catalogue.remove(id);
    expect((await blobs()).some((name) => name.endsWith(String(digest)))).toBe(false);
  });

  it('says where the disk has no room, leaves nothing, and still reads the model as published', async (test) => {
    const disk = mountSmallDisk(1);
    if (disk === undefined) return test.skip('This process may not mount a disk.');
    try {
      await using tiny = await TinyModel.open();
      const model = { id: 'tiny', digest: 'd'.repeat(64), path: tiny.file };
      await using backends = open(disk.folder);
      const quick = await backends.languageModel(model, { ...options, contextLength: 64 });
      expect(quick.readAs).toContain('made from F32');
      await rm(join(disk.folder, 'converted.json'));
      disk.fill();
      await using other = open(disk.folder);
      await expect(
        other.languageModel(model, { ...options, contextLength: 64 }),
      ).rejects.toMatchObject({
        code: 'no-space',
        message: expect.stringContaining('no room for "tiny" converted to Q8_0'),
      });
      expect(await readdir(join(disk.folder, 'partial')).catch(() => [])).toEqual([]);
      const slow = await other.languageModel(model, {
        ...{ contextLength: 64, parallel: 1, encoding: 'as-published' },
      });
      expect(slow.readAs).toBeUndefined();
      disk.empty();
      const again = await other.languageModel(model, { ...options, contextLength: 64 });
      expect(again.readAs).toContain('made from F32');
    } finally {
      disk.unmount();
    }
  });
});
