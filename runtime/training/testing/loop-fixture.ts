import type { MetricRow, TrainingExample } from '@graft/graph';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openBaseModel } from '../architectures/base-model.ts';
import { fixture } from './golden.ts';
import type { Executor } from '../ir/executor.ts';
import { onnxExecutor } from '../onnx/executor.ts';
import { languageTask } from '../loop/language-task.ts';
import { runTraining, type LoopHooks, type LoopResult } from '../loop/training-loop.ts';
import type { LoopRequest } from '../loop/training-plan.ts';

/** Texts of a few tokens of the fixtures' vocabulary that can be learned by heart. */
export const texts: readonly TrainingExample[] = Array.from({ length: 12 }, (_, i) => {
  const tokens = Array.from({ length: 6 + (i % 5) }, (_, j) => (i * 7 + j * (3 + i)) % 64);
  return { id: `text ${i}`, tokens, trained: tokens.map((_, j) => (j > 1 ? 1 : 0)) };
});

export const lora = {
  kind: 'lora',
  rank: 4,
  alpha: 8,
  rankStabilized: false,
  dora: false,
  dropout: 0,
  targets: ['all-linear'],
  plusRatio: 1,
} as const satisfies LoopRequest['method'];

/** A training of the tiny models of golden/: 3 steps an epoch, 12 in all. */
export const request: Omit<LoopRequest, 'checkpoints'> = {
  method: lora,
  train: texts,
  evaluation: [],
  epochs: 4,
  maxSteps: 0,
  maxLength: 32,
  packing: false,
  batch: 4,
  microBatch: 0,
  learningRate: 0.02,
  schedule: 'cosine',
  warmup: 0.1,
  weightDecay: 0.01,
  clip: 1,
  seed: 3,
  evaluateEvery: 0,
  patience: 0,
  checkpointEvery: 3,
  device: 'cpu',
};

export interface Observed extends Partial<LoopResult> {
  /** Of this attempt. */
  readonly rows: readonly MetricRow[];
  readonly logs: readonly string[];
  readonly error?: unknown;
}

export interface Attempt {
  readonly change?: Partial<LoopRequest>;
  readonly family?: string;
  readonly executor?: Executor;
  /** Bytes. */
  readonly memory?: number;
  /** Called with each row; may abort or throw. */
  readonly watch?: (row: MetricRow, controller: AbortController) => void;
  readonly checkpoints?: string;
}

const folders: string[] = [];

export async function newFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'graft-loop-'));
  folders.push(folder);
  return folder;
}

/** To be called when a file's tests are done. */
export async function removeFolders(): Promise<void> {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
}

/** One attempt at a training, with everything that it said; an error is returned, not thrown. */
export async function attempt(given: Attempt = {}): Promise<Observed> {
  const rows: MetricRow[] = [];
  const logs: string[] = [];
  const controller = new AbortController();
  try {
    const hooks: LoopHooks = {
      signal: controller.signal,
      metrics(row) {
        rows.push(row);
        given.watch?.(row, controller);
      },
      log: (_, message) => logs.push(message),
      progress: () => undefined,
    };
    const task = languageTask({
      base: await openBaseModel(fixture(given.family ?? 'llama')),
      baseDigest: 'digest of the base',
      request: {
        ...request,
        checkpoints: given.checkpoints ?? (await newFolder()),
        ...given.change,
      },
      enough: 4e9,
      log: hooks.log,
    });
    const executor = given.executor ?? (await onnxExecutor({ device: 'cpu', threads: 1 }));
    const result = await runTraining(task, { executor, memory: given.memory ?? 4e9, hooks });
    return { rows, logs, ...result };
  } catch (error) {
    return { rows, logs, error };
  }
}

/** The numbers that must not depend on how often a training was interrupted. */
export function numbersOf(rows: readonly MetricRow[]): readonly unknown[] {
  return rows.map(({ series, step, values }) => [
    series,
    step,
    values['loss'],
    values['accuracy'],
    values['norm'],
    values['rate'],
    values['tokens'],
  ]);
}

/** Losses of a series, in order. */
export function losses(rows: readonly MetricRow[], series = 'train'): number[] {
  return rows.filter((row) => row.series === series).map((row) => row.values['loss'] ?? NaN);
}
