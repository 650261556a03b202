import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { hashFile } from '@graft/kit';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { loadWeight } from '../formats/load-weight.ts';
import { readSafetensors } from '../formats/safetensors.ts';
import { sourceOf } from '../formats/tensor-file.ts';
import { runQueryAdapterJob } from './query-adapter-job.ts';
import { signal } from '../testing/tiny-model.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'graft-query-adapter-job-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

it('writes the map as sentence-transformers’ Dense, and says whose questions it is for', async () => {
  const folder = path.join(root, 'made');
  await mkdir(folder);
  const model = { id: 'base', digest: 'a'.repeat(64), architecture: 'xlm-roberta' };
  const result = await runQueryAdapterJob(
    {
      model: { ...model, contextLength: 128 },
      ...{ threads: 1, scratchFolder: root, memory: 4e9, folder },
      request: {
        // Two questions, and the passages that the other one is nearer to.
        ...{ vectors: Float32Array.of(1, 0, 0, 1, 0, 1, 1, 0), dimension: 2, device: 'cpu' },
        train: [
          { question: 0, passage: 2, negatives: [] },
          { question: 1, passage: 3, negatives: [] },
        ],
        ...{ evaluation: [], epochs: 1, maxSteps: 1, batch: 2, learningRate: 0.01 },
        ...{ schedule: 'constant', warmup: 0, weightDecay: 0, clip: 0, seed: 3 },
        ...{ evaluateEvery: 0, patience: 0, checkpointEvery: 3 },
        checkpoints: path.join(root, 'checkpoints'),
      },
    },
    { signal, metrics: () => undefined, log: () => undefined, progress: () => undefined },
  );
  const weights = '2_Dense/model.safetensors';
  const file = path.join(folder, weights);
  expect(result).toMatchObject({
    trainable: 4,
    embedder: {
      ...{ id: 'base with a query adapter', method: 'query-adapter', weights, dimension: 2 },
      ...{ base: { id: 'base', digest: model.digest }, architecture: 'xlm-roberta' },
      ...{ contextLength: 128, digest: (await hashFile(file)).digest },
    },
  });
  expect((await readdir(folder, { recursive: true })).sort()).toEqual([
    ...['2_Dense', '2_Dense/config.json', weights],
  ]);
  expect(JSON.parse(await readFile(path.join(folder, '2_Dense/config.json'), 'utf8'))).toEqual({
    ...{ in_features: 2, out_features: 2, bias: false },
    activation_function: 'torch.nn.modules.linear.Identity',
  });
  const entry = (await readSafetensors(file)).tensors.get('linear.weight') ?? expect.fail();
  expect(entry.shape).toEqual([2, 2]);
  // One step of Adam is the rate in each number: away from the one passage and to the other.
  const learned = await loadWeight(sourceOf(entry), [2, 2]);
  expect([...learned].map((value) => value.toFixed(3))).toEqual([
    '1.000',
    '0.010',
    '0.010',
    '1.000',
  ]);
});
