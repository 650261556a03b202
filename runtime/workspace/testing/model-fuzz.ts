import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createCatalogue, type Catalogue } from '@graft/backends/catalogue';
import type { StepRequest, StepResult } from '@graft/graph';
import { tinyEmbedder, TinyModel } from '@graft/training/testing';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { WorkerSupervisor } from '../workers/supervisor.ts';
import { bundleModelWorker, type Bundle } from './bundle-test-worker.ts';
import { fuzzSteps, type StepFuzz } from './step-fuzz.ts';

const limit = 600_000;
const fixtures = join(import.meta.dirname, '../../training/golden/fixtures');

/** A worker with the real engines over an empty catalogue, anew for each test. */
export interface ModelFuzz {
  readonly folder: string;
  readonly catalogue: Catalogue;
  readonly tiny: TinyModel;
  readonly supervisor: WorkerSupervisor;
  execute(request: StepRequest): Promise<StepResult>;
}

/** Registers the hooks that open it and close it. */
export function openModelFuzz(): ModelFuzz {
  let bundle: Bundle;
  let tiny: TinyModel;
  let folder: string;
  let catalogue: Catalogue;
  let supervisor: WorkerSupervisor;
  beforeAll(async () => {
    bundle = await bundleModelWorker();
    tiny = await TinyModel.open();
  });
  afterAll(async () => {
    await tiny[Symbol.asyncDispose]();
    await bundle.remove();
  });
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
  const { signal } = new AbortController();
  return {
    get folder() {
      return folder;
    },
    get catalogue() {
      return catalogue;
    },
    get tiny() {
      return tiny;
    },
    get supervisor() {
      return supervisor;
    },
    execute: (request) => supervisor.execute(request, { signal, report: () => undefined }),
  };
}

/** A step that uses a model and does nothing else. */
export function step(
  type: string,
  model: { id: string; digest: string; path?: string },
): StepRequest {
  const { id, ...where } = model;
  return {
    ...{ runId: 'r', node: `${type}-1`, type, lane: 'inference', params: { model: id, ...where } },
    ...{ inputs: {}, sources: [], inputFacets: {}, cacheKey: 'k', familyParts: [], device: 'cpu' },
  };
}

export const digestOf = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

export type Files = ReadonlyMap<string, Buffer>;

/** Writes files below a folder. */
export async function lay(root: string, files: Files): Promise<void> {
  for (const [path, bytes] of files) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), bytes);
  }
}

/** A folder of several files of which one is changed at a time, imported under one name again and again. */
function folders(
  { folder, catalogue }: ModelFuzz,
  files: Files,
  stepOf: (id: string, root: string) => Promise<StepRequest>,
) {
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

/** Fuzzes model files of each kind: `share` of all the changes there are to try. */
export function testModelFuzz(fuzz: ModelFuzz, share: number): void {
  async function passes(options: Omit<StepFuzz, 'supervisor' | 'from'>): Promise<void> {
    const { supervisor } = fuzz;
    const count = options.count * share;
    const { faults, crashes } = await fuzzSteps({ ...options, supervisor, from: 0, count });
    expect(faults).toEqual([]);
    // Each step that died with its process said how, and the next one found another process.
    for (const crash of crashes) expect(crash).toMatch(/was killed by|exit code/);
  }

  it('GGUF files in llama.cpp, imported and by their path', { timeout: limit }, async () => {
    const seeds = [
      await readFile(join(fuzz.tiny.root, 'base.gguf')),
      await readFile(join(fixtures, 'quantised.gguf')),
    ];
    const file = join(fuzz.folder, 'model.gguf');
    await passes({
      seeds,
      count: 600,
      whole: () =>
        Promise.resolve(
          step('use-language-model', {
            id: 'whole',
            digest: 'w',
            path: join(fuzz.tiny.root, 'base.gguf'),
          }),
        ),
      prepare: async (bytes, at) => {
        await writeFile(file, bytes);
        const digest = digestOf(bytes);
        // Every other one comes by its path, as from a node that made it: no import has looked at it.
        if (at % 4 > 1) return step('use-language-model', { id: 'made', digest, path: file });
        await fuzz.catalogue.import(file, { id: 'changed' });
        return step('use-language-model', { id: 'changed', digest });
      },
    });
  });

  it('ONNX folders in onnxruntime', { timeout: limit }, async () => {
    const stepOf = (id: string) => Promise.resolve(step('use-embedder', { id, digest: '' }));
    await passes({ ...folders(fuzz, tinyEmbedder(), stepOf), count: 700 });
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
      step('use-base', { id, digest: '', path: await fuzz.catalogue.fetch(id) });
    await passes({ ...folders(fuzz, files, stepOf), count: 500 });
  });

  it('GGUF files as a base to train', { timeout: limit }, async () => {
    const file = join(fuzz.folder, 'base.gguf');
    const whole = join(fuzz.tiny.root, 'base.gguf');
    await passes({
      seeds: [await readFile(whole), await readFile(join(fixtures, 'quantised.gguf'))],
      count: 200,
      whole: () => Promise.resolve(step('use-base', { id: 'whole', digest: 'w', path: whole })),
      prepare: async (bytes) => {
        await writeFile(file, bytes);
        return step('use-base', { id: 'changed', digest: digestOf(bytes), path: file });
      },
    });
  });
}
