import { cp, readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { z } from 'zod';
import { openBaseModel } from '../architectures/base-model.ts';
import { embedderTask } from '../encoders/embedder-task.ts';
import { openEncoder } from '../encoders/encoder-model.ts';
import { queryAdapterTask } from '../encoders/query-adapter.ts';
import { rerankerTask } from '../encoders/reranker-task.ts';
import { fixture } from '../testing/golden.ts';
import { onnxExecutor } from '../onnx/executor.ts';
import { languageTask } from './language-task.ts';
import { losses, newFolder, removeFolders } from '../testing/loop-fixture.ts';
import { runTraining, type LoopHooks, type LoopSetting } from './training-loop.ts';

afterAll(removeFolders);

const steps = {
  epochs: 4,
  maxSteps: 0,
  batch: 4,
  learningRate: 0.01,
  schedule: 'cosine',
  warmup: 0.1,
  weightDecay: 0.01,
  clip: 1,
  seed: 3,
  evaluateEvery: 0,
  patience: 0,
  checkpointEvery: 100,
  device: 'cpu',
} as const;
const lora = { kind: 'lora', rank: 1, alpha: 2, rankStabilized: false } as const;
const places = Array.from({ length: 10 }, (_, i) => i);

type Trained = (checkpoints: string, setting: LoopSetting) => ReturnType<typeof runTraining>;

/** The trainings that were interrupted. */
const trainings: Readonly<Record<'language' | 'pairs' | 'lists' | 'query-adapter', Trained>> = {
  async language(checkpoints, setting) {
    const task = languageTask({
      base: await openBaseModel(fixture('llama')),
      ...{ baseDigest: 'digest', enough: 4e9, log: setting.hooks.log },
      request: {
        ...{ ...steps, checkpoints, microBatch: 0, maxLength: 32, packing: false },
        method: { ...lora, dora: false, dropout: 0.25, targets: ['q_proj'], plusRatio: 2 },
        train: places.map((i) => {
          const tokens = Array.from({ length: 6 + (i % 5) }, (_, j) => (i * 7 + j * (3 + i)) % 64);
          return { id: `text ${i}`, tokens, trained: tokens.map((_, j) => (j > 1 ? 1 : 0)) };
        }),
        evaluation: [],
      },
    });
    return runTraining(task, setting);
  },
  async pairs(checkpoints, setting) {
    const task = embedderTask({
      ...(await encoder()),
      request: {
        ...{ ...steps, checkpoints, method: { ...lora, targets: ['query'] } },
        train: places.map((i) => ({
          question: [1, 2 + i, 20 + ((i * 5) % 12)].slice(0, 2 + (i % 2)),
          passage: [1, 60 - i, 40 + ((i * 7) % 12), 14, 15].slice(0, 3 + (i % 3)),
          negatives: i % 4 === 0 ? [[1, 60 - i, 33]] : [],
        })),
        evaluation: [{ question: [1, 5], passage: [1, 50, 9], negatives: [] }],
      },
    });
    return runTraining(task, setting);
  },
  async lists(checkpoints, setting) {
    const task = rerankerTask({
      ...(await encoder()),
      request: {
        ...{ ...steps, checkpoints, method: { ...lora, targets: ['query'] } },
        train: places.map((i) =>
          [i, (i + 1) % 10, (i + 2) % 10].slice(0, 2 + (i % 2)).map((other) => ({
            ids: [1, 10 + i, 2, 40, 10 + other, 2],
            segments: [0, 0, 0, 1, 1, 1],
          })),
        ),
        evaluation: [],
      },
    });
    return runTraining(task, setting);
  },
  'query-adapter'(checkpoints, setting) {
    const task = queryAdapterTask({
      modelDigest: 'digest',
      request: {
        ...{ ...steps, checkpoints, dimension: 4 },
        vectors: Float32Array.from({ length: 80 }, (_, i) => ((i * 37) % 17) / 17 - 0.5),
        train: places.map((i) => ({
          question: i,
          passage: 10 + i,
          negatives: i % 4 === 0 ? [10 + ((i + 3) % 10)] : [],
        })),
        evaluation: [],
      },
    });
    return runTraining(task, setting);
  },
};

async function encoder() {
  const model = await openEncoder(fixture('bert'), 'model.safetensors');
  return { model, modelDigest: 'digest' };
}

const folder = path.join(import.meta.dirname, 'fixtures/checkpoints');
const expected = z
  .record(z.string(), z.array(z.number()))
  .parse(JSON.parse(await readFile(path.join(folder, 'losses.json'), 'utf8')));

// The checkpoints and losses were written by commit 5295aeb2, in which each kind had a loop of its own.
it.each(['language', 'pairs', 'lists', 'query-adapter'] as const)(
  'goes on where an earlier version was interrupted: %s',
  async (name) => {
    const checkpoints = await newFolder();
    await cp(path.join(folder, name), checkpoints, { recursive: true });
    const logs: string[] = [];
    const hooks: LoopHooks = {
      signal: new AbortController().signal,
      ...{ metrics: () => undefined, progress: () => undefined },
      log: (_, message) => logs.push(message),
    };
    const executor = await onnxExecutor({ device: 'cpu', threads: 1 });
    const { metrics } = await trainings[name](checkpoints, { executor, memory: 4e9, hooks });
    expect(logs).toContain('Goes on from the checkpoint of step 5.');
    const all = losses(metrics);
    expect(all).toHaveLength(12);
    for (const [at, loss] of (expected[name] ?? []).entries()) {
      expect(all[5 + at]).toBeCloseTo(loss, 5);
    }
  },
);
