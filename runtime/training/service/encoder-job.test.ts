import type { EncodedText } from '@graft/graph';
import {
  chmod,
  copyFile,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { fixture } from '../testing/golden.ts';
import { runRerankerJob } from './encoder-job.ts';
import { signal } from '../testing/tiny-model.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'graft-reranker-job-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

const text = (...ids: readonly number[]): EncodedText => ({ ids, segments: ids.map(() => 0) });

it('writes a classifier of a model whose files nobody may write to, and leaves that as it was', async () => {
  const [model, folder] = [path.join(root, 'model'), path.join(root, 'made')];
  await Promise.all([mkdir(model), mkdir(folder)]);
  for (const name of ['config.json', 'model.safetensors']) {
    await copyFile(fixture('bert', name), path.join(model, name));
  }
  for (const name of ['tokenizer.json', 'tokenizer_config.json']) {
    await writeFile(path.join(model, name), '{}');
  }
  for (const name of await readdir(model)) await chmod(path.join(model, name), 0o444);
  const configOf = async (from: string): Promise<unknown> =>
    JSON.parse(await readFile(path.join(from, 'config.json'), 'utf8'));
  const before = await configOf(model);
  const lists = [
    [text(1, 10, 2), text(1, 11, 2)],
    [text(1, 12, 2), text(1, 13, 2)],
  ];
  const result = await runRerankerJob(
    {
      model: { id: 'bert', digest: 'a'.repeat(64), path: model, weights: 'model.safetensors' },
      ...{ threads: 1, scratchFolder: root, memory: 4e9, folder },
      request: {
        ...{ method: { kind: 'full' }, train: lists, evaluation: [], device: 'cpu' },
        ...{ epochs: 1, maxSteps: 1, batch: 2, learningRate: 0.01, schedule: 'cosine', warmup: 0 },
        ...{ weightDecay: 0, clip: 1, seed: 3, evaluateEvery: 0, patience: 0, checkpointEvery: 3 },
        checkpoints: path.join(root, 'checkpoints'),
      },
    },
    { signal, metrics: () => undefined, log: () => undefined, progress: () => undefined },
  );
  expect(result).toMatchObject({
    crossEncoder: { id: 'bert reranker', weights: 'model.onnx', base: { id: 'bert' } },
    baseAfter: result.baseBefore,
  });
  expect((await readdir(folder)).sort()).toEqual([
    ...['config.json', 'model.onnx', 'tokenizer.json', 'tokenizer_config.json'],
  ]);
  expect(await configOf(folder)).toMatchObject({
    ...{ architectures: ['BertForSequenceClassification'], id2label: { 0: 'LABEL_0' } },
    hidden_size: 32,
  });
  expect(await configOf(model)).toEqual(before);
});
