import { mkdtemp, readdir } from 'node:fs/promises';
import path from 'node:path';
import type { TrainingExample, WeightedAdapter } from '@graft/graph';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runtimeMemory } from '../architectures/training-memory.ts';
import { readGguf } from '../formats/gguf-reader.ts';
import { fixture } from '../testing/golden.ts';
import { lora, request } from '../testing/loop-fixture.ts';
import { runEvaluationJob } from './evaluation-job.ts';
import { modelGguf } from './model-file.ts';
import { runTrainingJob, type TrainingJob } from './training-job.ts';
import { signal, tinyConfig, TinyModel } from '../testing/tiny-model.ts';

let made: TinyModel;
beforeAll(async () => {
  made = await TinyModel.open();
});
afterAll(() => made[Symbol.asyncDispose]());

const texts: readonly TrainingExample[] = Array.from({ length: 6 }, (_, i) => {
  const tokens = Array.from({ length: 9 + i }, (_, j) => (i * 31 + j * 17) % tinyConfig.vocabulary);
  return { id: `text ${i}`, tokens, trained: tokens.map((_, j) => (j === 0 ? 0 : 1)) };
});

async function train(change: Partial<TrainingJob['request']>, file = made.file) {
  const folder = await made.folder();
  const model = { id: 'tiny', digest: 'a'.repeat(64), path: file };
  const checkpoints = await mkdtemp(path.join(made.root, 'checkpoints-'));
  const whole = { ...request, train: texts, evaluation: texts, maxSteps: 6, checkpoints };
  const result = await runTrainingJob(
    {
      model,
      threads: 1,
      scratchFolder: made.root,
      memory: 4e9,
      folder,
      request: { ...whole, ...change },
    },
    { signal, metrics: () => undefined, log: () => undefined, progress: () => undefined },
  );
  const losses = result.metrics.flatMap(({ series, step, values }) =>
    series === 'eval' && step !== 0 ? [values['loss'] ?? NaN] : [],
  );
  return { result, folder, loss: Math.min(...losses) };
}

/** Mean loss over the trained tokens of all texts. */
async function evaluate(adapters: readonly WeightedAdapter[], file = made.file): Promise<number> {
  const losses = await runEvaluationJob(
    {
      model: { id: 'tiny', digest: 'a'.repeat(64), path: file },
      ...{ threads: 1, scratchFolder: made.root, memory: 4e9, device: 'cpu' },
      adapters,
      examples: texts,
    },
    { signal, progress: () => undefined },
  );
  const sum = (key: 'loss' | 'tokens'): number => losses.reduce((all, one) => all + one[key], 0);
  return sum('loss') / sum('tokens');
}

it('an evaluation says what it will take before it does', async () => {
  const planned: number[] = [];
  const job = {
    model: { id: 'tiny', digest: 'a'.repeat(64), path: made.file },
    ...{ threads: 1, scratchFolder: made.root, device: 'cpu', adapters: [], examples: texts },
  };
  const compiled = runEvaluationJob(job, {
    signal,
    progress: () => undefined,
    planned: (bytes) => {
      planned.push(bytes);
      return Promise.reject(new Error('no'));
    },
  });
  await expect(compiled).rejects.toThrow('no');
  expect(planned).toEqual([expect.closeTo(runtimeMemory + 4e5 * 21, -7)]);
});

async function trained(method: Partial<typeof lora> | object): Promise<[WeightedAdapter, number]> {
  const { result, folder, loss } = await train({ method: { ...lora, ...method } });
  if (result.adapter === undefined) throw new Error('no adapter');
  return [{ path: folder, info: result.adapter, weight: 1 }, loss];
}

describe('an adapter that was trained', () => {
  it('is written with what it is, and gives the loss that training saw', async () => {
    const { result, folder, loss } = await train({ method: { ...lora, rankStabilized: true } });
    expect((await readdir(folder)).sort()).toEqual([
      'adapter.gguf',
      'adapter_config.json',
      'adapter_model.safetensors',
    ]);
    expect(result).toMatchObject({
      adapter: { method: 'rslora', rank: 4, alpha: 8, base: { id: 'tiny' } },
      trainable: result.adapter?.parameters,
      total: (result.adapter?.baseParameters ?? 0) + result.trainable,
      baseAfter: result.baseBefore,
    });
    expect(result.baseBefore).toMatch(/^[0-9a-f]{64}$/);
    if (result.adapter === undefined) throw new Error('no adapter');
    const adapter = { path: folder, info: result.adapter, weight: 1 };
    expect(await evaluate([adapter])).toBeCloseTo(loss, 4);
    expect(await evaluate([])).toBeGreaterThan(loss + 0.1);
  });

  it('adds its weight’s part beside others', async () => {
    const [one, loss] = await trained({});
    const [other] = await trained({ rank: 2, targets: ['q_proj', 'down_proj'] });
    const none = { ...other, weight: 0 };
    expect(await evaluate([{ ...one, weight: 0.75 }, none, { ...one, weight: 0.25 }])).toBeCloseTo(
      loss,
      4,
    );
    expect(Math.abs((await evaluate([one, other])) - loss)).toBeGreaterThan(1e-3);
  });

  it('as DoRA is evaluated alone', async () => {
    const [one, loss] = await trained({ dora: true });
    expect(one.info.method).toBe('dora');
    expect(await evaluate([one])).toBeCloseTo(loss, 4);
    await expect(evaluate([one, one])).rejects.toMatchObject({
      code: 'bad-input',
      message: expect.stringMatching(/DoRA adapter, which is used alone and at weight 1/),
    });
  });
});

describe('full fine-tuning', () => {
  it('writes a model of its own with the base’s tokenizer', async () => {
    const change = { method: { kind: 'full' }, learningRate: 0.003, maxSteps: 6 } as const;
    const { result, folder, loss } = await train(change);
    const file = path.join(folder, modelGguf);
    expect(result.model).toMatchObject({
      weights: modelGguf,
      architecture: 'llama',
      format: 'gguf',
      contextLength: 64,
      digest: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(result.trainable).toBe(result.total);
    expect(await readdir(folder)).toEqual([modelGguf]);
    // Matrices were rounded to f16.
    expect(await evaluate([], file)).toBeCloseTo(loss, 2);
    expect(await evaluate([])).toBeGreaterThan(loss + 0.1);
    const [written, base] = await Promise.all([readGguf(file), readGguf(made.file)]);
    expect([...written.metadata.keys()].sort()).toEqual(
      [...new Set([...base.metadata.keys(), 'general.file_type'])].sort(),
    );
    expect(written.metadata.get('tokenizer.ggml.tokens')).toEqual(
      base.metadata.get('tokenizer.ggml.tokens'),
    );
    expect([...written.tensors.keys()]).toEqual([...base.tensors.keys()]);
  });

  it('of a safetensors folder is refused before it begins', async () => {
    const change = { method: { kind: 'full' } } as const;
    await expect(train(change, fixture('llama'))).rejects.toMatchObject({
      code: 'bad-model',
      message: expect.stringMatching(/safetensors, which has no tokenizer in GGUF form/),
    });
  });
});
