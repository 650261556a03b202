import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createCatalogue, type Catalogue } from '@graft/backends/catalogue';
import type { StepRequest } from '@graft/graph';
import { tinyEmbedder, TinyModel } from '@graft/training/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { WorkerSupervisor } from './supervisor.ts';
import { bundleModelWorker, type Bundle } from './testing/bundle-test-worker.ts';
import { fuzzSteps, type StepFuzz } from './testing/step-fuzz.ts';

// All of them by GRAFT_FUZZ=full; a tenth otherwise.
const share = process.env['GRAFT_FUZZ'] === 'full' ? 1 : 0.1;
const limit = 1_800_000;
const fixtures = join(import.meta.dirname, '../training/golden/fixtures');

let bundle: Bundle;
let tiny: TinyModel;
beforeAll(async () => {
  bundle = await bundleModelWorker();
  tiny = await TinyModel.open();
});
afterAll(async () => {
  await tiny[Symbol.asyncDispose]();
  await bundle.remove();
});

let folder: string;
let catalogue: Catalogue;
let supervisor: WorkerSupervisor;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'graft-model-fuzz-'));
  const modelsFolder = join(folder, 'models');
  catalogue = createCatalogue({ modelsFolder });
  supervisor = new WorkerSupervisor({
    entry: bundle.entry,
    worker: { root: folder, stateFolder: join(folder, 'state'), modelsFolder, threads: 1 },
  });
});
afterEach(async () => {
  await supervisor[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

function step(type: string, model: { id: string; digest: string; path?: string }): StepRequest {
  const { id, ...where } = model;
  return {
    ...{ runId: 'r', node: `${type}-1`, type, lane: 'inference', params: { model: id, ...where } },
    ...{ inputs: {}, sources: [], inputFacets: {}, cacheKey: 'k', familyParts: [], device: 'cpu' },
  };
}

const digestOf = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

type Files = ReadonlyMap<string, Buffer>;

async function lay(root: string, files: Files): Promise<void> {
  for (const [path, bytes] of files) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), bytes);
  }
}

async function passes(what: string, options: Omit<StepFuzz, 'supervisor' | 'from'>) {
  const count = options.count * share;
  const { faults, ...report } = await fuzzSteps({ ...options, supervisor, from: 0, count });
  console.info(what, JSON.stringify(report));
  expect(faults).toEqual([]);
  // Each step that died with its process said how, and the next one found another process.
  for (const crash of report.crashes) expect(crash).toMatch(/was killed by|exit code/);
}

/** A folder of several files of which one is changed at a time, imported under one name again and again. */
function folders(files: Files, stepOf: (id: string, root: string) => Promise<StepRequest>) {
  const own = join(folder, 'own');
  const names = [...files.keys()];
  return {
    seeds: [...files.values()],
    whole: async () => {
      await lay(join(folder, 'whole'), files);
      await catalogue.import(join(folder, 'whole'), { id: 'whole' });
      return stepOf('whole', join(folder, 'whole'));
    },
    prepare: async (bytes: Buffer, at: number) => {
      await rm(own, { recursive: true, force: true });
      await lay(own, new Map([...files, [names[at % names.length] ?? '', bytes]]));
      const { id } = await catalogue.import(own, { id: 'changed' });
      return stepOf(id, own);
    },
  };
}

const never = new AbortController().signal;
const execute = (request: StepRequest) =>
  supervisor.execute(request, { signal: never, report: () => undefined });

describe('what fuzzing found', { timeout: 120_000 }, () => {
  const own = (): string => join(folder, 'own');
  const embedder = async (files: Files): Promise<StepRequest> => {
    await lay(own(), files);
    const { id } = await catalogue.import(own(), { id: 'changed' });
    return step('use-embedder', { id, digest: '' });
  };
  const tokenizer = z.record(z.string(), z.unknown());
  const withTokenizer = (change: Readonly<Record<string, unknown>>): Files => {
    const files = tinyEmbedder();
    const read = tokenizer.parse(JSON.parse(String(files.get('tokenizer.json'))));
    return files.set('tokenizer.json', Buffer.from(JSON.stringify({ ...read, ...change })));
  };

  it('a model that is imported anew under its id is used as it is now', async () => {
    const before = await execute(await embedder(tinyEmbedder(3)));
    const after = await execute(await embedder(tinyEmbedder(4)));
    expect(after.outputs['value']?.digest).not.toBe(before.outputs['value']?.digest);
    const again = await execute(await embedder(tinyEmbedder(3)));
    expect(again.outputs['value']?.digest).toBe(before.outputs['value']?.digest);
  });

  it('what onnxruntime says of a model that it cannot run is a problem of the model', async () => {
    // One token, where the model takes three.
    await expect(
      execute(await embedder(withTokenizer({ post_processor: null }))),
    ).rejects.toMatchObject({ code: 'bad-model', location: { node: 'use-embedder-1' } });
  });

  it('so is a tokenizer that cannot work', async () => {
    const post_processor = { type: 'TemplateProcessing', single: 5, pair: [], special_tokens: {} };
    await expect(execute(await embedder(withTokenizer({ post_processor })))).rejects.toMatchObject({
      code: 'bad-model',
      message: expect.stringContaining('tokenizer'),
    });
  });

  it.each([
    ['hidden_size', -1],
    ['hidden_size', 2 ** 53 - 1],
    ['max_position_embeddings', -1],
  ])('a config with a %s of %d is refused', async (name, value) => {
    const config = Buffer.from(
      JSON.stringify({
        model_type: 'bert',
        hidden_size: 8,
        max_position_embeddings: 16,
        [name]: value,
      }),
    );
    await expect(embedder(tinyEmbedder().set('config.json', config))).rejects.toMatchObject({
      code: 'damaged-file',
    });
  });

  it('a GGUF file that claims gigabytes is refused before llama.cpp reads it', async () => {
    const bytes = await readFile(join(tiny.root, 'base.gguf'));
    // The length of an array of tokens.
    const tokens = bytes.indexOf('tokenizer.ggml.tokens') + 'tokenizer.ggml.tokens'.length + 8;
    bytes.writeBigUInt64LE(2n ** 31n, tokens);
    const path = join(folder, 'claims.gguf');
    await writeFile(path, bytes);
    await expect(
      execute(step('use-language-model', { id: 'claims', digest: digestOf(bytes), path })),
    ).rejects.toMatchObject({ code: 'damaged-file' });
  });

  it('a file that crashes llama.cpp ends its step with the reason, and no other', async () => {
    const bytes = await readFile(join(tiny.root, 'base.gguf'));
    const key = 'llama.attention.value_length';
    bytes.writeUInt32LE(7, bytes.indexOf(key) + key.length + 4);
    const path = join(folder, 'crashes.gguf');
    await writeFile(path, bytes);
    await expect(
      execute(step('use-language-model', { id: 'crashes', digest: digestOf(bytes), path })),
    ).rejects.toMatchObject({ code: 'worker-died', message: expect.stringContaining('ASSERT') });
    const whole = join(tiny.root, 'base.gguf');
    await execute(step('use-language-model', { id: 'whole', digest: 'w', path: whole }));
  });
});

it('GGUF files in llama.cpp, imported and by their path', { timeout: limit }, async () => {
  const seeds = [
    await readFile(join(tiny.root, 'base.gguf')),
    await readFile(join(fixtures, 'quantised.gguf')),
  ];
  const file = join(folder, 'model.gguf');
  await passes('GGUF', {
    seeds,
    count: 600,
    whole: () =>
      Promise.resolve(
        step('use-language-model', {
          id: 'whole',
          digest: 'w',
          path: join(tiny.root, 'base.gguf'),
        }),
      ),
    prepare: async (bytes, at) => {
      await writeFile(file, bytes);
      const digest = digestOf(bytes);
      // Every other one comes by its path, as from a node that made it: no import has looked at it.
      if (at % 4 > 1) return step('use-language-model', { id: 'made', digest, path: file });
      await catalogue.import(file, { id: 'changed' });
      return step('use-language-model', { id: 'changed', digest });
    },
  });
});

it('ONNX folders in onnxruntime', { timeout: limit }, async () => {
  const stepOf = (id: string) => Promise.resolve(step('use-embedder', { id, digest: '' }));
  await passes('ONNX', { ...folders(tinyEmbedder(), stepOf), count: 700 });
});

it('safetensors folders as a base to train', { timeout: limit }, async () => {
  const names = ['config.json', 'model.safetensors'];
  const tokenizer = tinyEmbedder();
  const files = new Map<string, Buffer>(
    await Promise.all(
      names.map(async (name) => [name, await readFile(join(fixtures, 'llama', name))] as const),
    ),
  );
  for (const name of ['tokenizer.json', 'tokenizer_config.json']) {
    files.set(name, tokenizer.get(name) ?? Buffer.alloc(0));
  }
  const stepOf = async (id: string) =>
    step('use-base', { id, digest: '', path: await catalogue.fetch(id) });
  await passes('safetensors', { ...folders(files, stepOf), count: 500 });
});

it('GGUF files as a base to train', { timeout: limit }, async () => {
  const file = join(folder, 'base.gguf');
  const whole = join(tiny.root, 'base.gguf');
  await passes('GGUF to train', {
    seeds: [await readFile(whole), await readFile(join(fixtures, 'quantised.gguf'))],
    count: 200,
    whole: () => Promise.resolve(step('use-base', { id: 'whole', digest: 'w', path: whole })),
    prepare: async (bytes) => {
      await writeFile(file, bytes);
      return step('use-base', { id: 'changed', digest: digestOf(bytes), path: file });
    },
  });
});
