import path from 'node:path';
import { adapterGguf, type WeightedAdapter } from '@graft/graph';
import { getLlama, LlamaLogLevel, type Llama } from 'node-llama-cpp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBaseModel } from '../architectures/base-model.ts';
import { buildEvaluationProgram } from '../architectures/training-program.ts';
import { randomAdapter, writeTestModel } from '../testing/test-model.ts';
import { request as loopRequest } from '../testing/loop-fixture.ts';
import { onnxExecutor } from '../onnx/executor.ts';
import { runTrainingJob } from './training-job.ts';
import { signal, tiny, tinyConfig, TinyModel, tinyWeights } from '../testing/tiny-model.ts';

const tokens = [1, 300, 17, 42, 310, 99, 268, 3, 200, 305];

let llama: Llama;
let made: TinyModel;
let adapters: WeightedAdapter[];
beforeAll(async () => {
  [llama, made] = await Promise.all([
    getLlama({ gpu: false, build: 'never', maxThreads: 2, logLevel: LlamaLogLevel.error }),
    TinyModel.open(),
  ]);
  adapters = [
    { ...(await made.imported(randomAdapter(tinyConfig, 4, false), 'one')), weight: 0.75 },
    { ...(await made.imported(randomAdapter(tinyConfig, 3, true), 'two')), weight: -0.5 },
  ];
});
afterAll(async () => {
  await llama.dispose();
  await made[Symbol.asyncDispose]();
});

type Row = ReadonlyMap<number, number>;

/** llama.cpp's log-probabilities after each token. */
async function answers(modelPath: string, lora: readonly WeightedAdapter[] = []): Promise<Row[]> {
  await using model = await llama.loadModel({ modelPath });
  await using context = await model.createContext({
    contextSize: 64,
    threads: 2,
    flashAttention: false,
    experimentalKvCacheKeyType: 'F32',
    experimentalKvCacheValueType: 'F32',
    lora: {
      adapters: lora.map((one) => ({
        filePath: path.join(one.path, adapterGguf),
        scale: one.weight,
      })),
    },
  });
  const all = [...model.iterateAllTokens()];
  const options = { temperature: 1, topK: 0, topP: 1, minP: 0 };
  const items = tokens.map((id) => {
    const token = all[id];
    if (token === undefined) throw new Error(`no token ${id}`);
    return [token, { generateNext: { probabilities: true, options } }] satisfies [unknown, unknown];
  });
  const evaluated = await context.getSequence().controlledEvaluate(items);
  return evaluated.map(
    (one) =>
      new Map([...(one?.next.probabilities ?? [])].map(([id, p]) => [Number(id), Math.log(p)])),
  );
}

/** Our own, of a model's file. */
async function ours(file: string): Promise<Row[]> {
  const base = await openBaseModel(file);
  const program = buildEvaluationProgram(base, { batch: 1, length: tokens.length });
  const executor = await onnxExecutor({ device: 'cpu', threads: 1 });
  await using executable = await executor.compile(program, base.weights);
  const { logits = new Float32Array() } = await executable.run({
    tokens: Int32Array.from(tokens),
    positions: Int32Array.from(tokens, (_, i) => i),
    segments: new Int32Array(tokens.length),
    labels: new Int32Array(tokens.length),
    weights: new Float32Array(tokens.length),
  });
  const { vocabulary } = tinyConfig;
  return tokens.map((_, at) => {
    const row = logits.subarray(at * vocabulary, (at + 1) * vocabulary);
    const total = Math.log(row.reduce((sum, x) => sum + Math.exp(x), 0));
    return new Map(Array.from(row, (x, id) => [id, x - total]));
  });
}

/** Largest difference of log-probability over the tokens that `one` thinks at all likely. */
function difference(one: readonly Row[], other: readonly Row[]): number {
  expect(one).toHaveLength(tokens.length);
  let most = 0;
  one.forEach((row, at) => {
    expect(row.size).toBe(tinyConfig.vocabulary);
    for (const [id, log] of row) {
      if (log > -9) most = Math.max(most, Math.abs(log - (other[at]?.get(id) ?? NaN)));
    }
  });
  return most;
}

describe('in llama.cpp', () => {
  it('a merged model answers like its base with the adapters, each times its weight', async () => {
    const folder = await made.folder();
    const request = { model: tiny, adapters, encoding: 'f16', folder } as const;
    await made.service.mergeIntoModel(request, { signal, progress: () => undefined });
    const apart = await answers(made.file, adapters);
    const merged = await answers(path.join(folder, 'model.gguf'));
    expect(difference(apart, merged)).toBeLessThan(0.02);
    // The adapters do something, and their weights too.
    expect(difference(apart, await answers(made.file))).toBeGreaterThan(0.1);
    const equally = adapters.map((one) => ({ ...one, weight: 1 }));
    expect(difference(apart, await answers(made.file, equally))).toBeGreaterThan(0.1);
  });

  it.each(['cat', 'svd'] as const)('adapters merged by %s answer like both', async (method) => {
    const folder = await made.folder();
    const options = { rank: 7, density: 1, sign: 'total', seed: 0 } as const;
    const info = await made.service.mergeAdapters({ ...options, adapters, method, folder }, signal);
    const apart = await answers(made.file, adapters);
    const merged = await answers(made.file, [{ path: folder, info, weight: 1 }]);
    expect(difference(apart, merged)).toBeLessThan(2e-3);
  });

  it('an adapter read back from its GGUF file answers the same', async () => {
    const [one] = adapters;
    if (one === undefined) throw new Error('no adapter');
    const folder = await made.folder();
    const request = { path: path.join(one.path, adapterGguf), model: tiny, folder };
    const info = await made.service.importAdapter(request, signal);
    const again = await answers(made.file, [{ ...one, path: folder, info }]);
    expect(difference(await answers(made.file, [one]), again)).toBeLessThan(1e-4);
  });
});

describe('a random model', () => {
  it('runs in llama.cpp, which thinks of it what we think', async () => {
    const folder = await made.folder();
    const sizes = { layers: 3, width: 96, heads: 6, kvHeads: 3, feedForward: 160, seed: 3 };
    await made.service.randomModel({ like: tiny, ...sizes, folder }, signal);
    const file = path.join(folder, 'model.gguf');
    const thought = await ours(file);
    const theirs = await answers(file);
    expect(difference(theirs, thought)).toBeLessThan(1e-3);
    // It knows nothing: no token is much likelier than any other.
    for (const row of theirs) {
      for (const log of row.values()) expect(log).toBeLessThan(Math.log(5 / tinyConfig.vocabulary));
    }
  });

  it('takes the base of another in f16, and has its own seed', async () => {
    const half = path.join(made.root, 'half.gguf');
    await writeTestModel(half, tinyConfig, { weights: tinyWeights, encoding: 'f16' });
    const sizes = { layers: 1, width: 32, heads: 2, kvHeads: 1, feedForward: 64 };
    const start = async (seed: number) => {
      const folder = await made.folder();
      const like = { ...tiny, path: half };
      await made.service.randomModel({ like, ...sizes, seed, folder }, signal);
      return answers(path.join(folder, 'model.gguf'));
    };
    const [one, same, other] = [await start(1), await start(1), await start(2)];
    expect(difference(one, same)).toBe(0);
    expect(difference(one, other)).toBeGreaterThan(1e-4);
  });
});

describe('a model that was fine-tuned', () => {
  it('answers in llama.cpp what it was taught', async () => {
    const folder = await made.folder();
    const trained = tokens.map((_, at) => (at === 0 ? 0 : 1));
    const checkpoints = await made.folder();
    const train = [{ id: 'taught', tokens, trained }];
    await runTrainingJob(
      {
        model: { ...tiny, path: made.file },
        ...{ threads: 1, scratchFolder: made.root, memory: 4e9, folder },
        request: {
          ...{ ...loopRequest, train, checkpoints, method: { kind: 'full' } },
          ...{ epochs: 30, learningRate: 0.003, batch: 1 },
        },
      },
      { signal, metrics: () => undefined, log: () => undefined, progress: () => undefined },
    );
    const file = path.join(folder, 'model.gguf');
    const theirs = await answers(file);
    expect(difference(theirs, await ours(file))).toBeLessThan(0.02);
    const likeliest = theirs.map((row) => [...row].sort((a, b) => b[1] - a[1])[0]?.[0]);
    expect(likeliest.slice(0, -1)).toEqual(tokens.slice(1));
  });
});
