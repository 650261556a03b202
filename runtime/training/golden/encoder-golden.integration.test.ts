import { execFile } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { openEncoder } from '../encoders/encoder-model.ts';
import { Encoder } from '../encoders/encoder.ts';
import { textFeeds } from '../encoders/text-feeds.ts';
import { Builder } from '../ir/builder.ts';
import { unitLength } from '../ir/layers.ts';
import { onnxExecutor } from '../onnx/executor.ts';
import { webgpuForTests } from '../onnx/software-vulkan.ts';
import { tfjsExecutor } from '../tfjs/executor.ts';
import { encoderContract } from './encoder-contract.ts';
import { fixture } from './golden.ts';

const webgpu = await webgpuForTests();
const onCpu = () => onnxExecutor({ device: 'cpu', threads: 2 });
const weights = 'onnx/model_q4.onnx';
const folder = promisify(execFile)(process.execPath, [
  '--import',
  'tsx',
  fileURLToPath(new URL('../../backends/testing/fetch-embedder.ts', import.meta.url)),
]).then(({ stdout }) => stdout);
const miniLm = async () => openEncoder(await folder, weights);

const tiny = () => openEncoder(fixture('bert'), 'model.safetensors');

describe('onnx on cpu', () => {
  encoderContract('bert', { model: tiny, executor: onCpu, stepped: ['full', 'lora'] });
  encoderContract('minilm', { model: miniLm, executor: onCpu, stepped: ['full', 'lora'] });
});

describe('onnx on webgpu', () => {
  if (webgpu === undefined) {
    it.skip('has no Vulkan device here; install chromium or mesa-vulkan-drivers', () => undefined);
    return;
  }
  const executor = () => Promise.resolve(webgpu);
  encoderContract('bert', { model: tiny, executor, stepped: ['full', 'lora'] });
  // Twenty steps of it take some minutes on software; those of the tiny one are compared.
  encoderContract('minilm', { model: miniLm, executor, stepped: [] });
});

describe('tfjs', () => {
  // In plain JavaScript all weights' gradients take some minutes; those of the tiny one are compared.
  encoderContract('minilm', {
    ...{ model: miniLm, executor: tfjsExecutor },
    ...{ derived: ['lora'], stepped: [] },
  });
});

describe('all-MiniLM-L6-v2', () => {
  it('encodes as the published ONNX does, but for its activations of 8 bits', async () => {
    const text = [101, 2129, 2079, 1045, 22299, 2026, 14963, 1029, 102];
    const shape = { batch: 1, length: text.length };
    const model = await miniLm();
    const b = new Builder();
    const { pooled } = new Encoder(b, model.config).encode('texts', shape);
    const program = b.build({ vector: unitLength(b, pooled) });
    await using ours = await (await onCpu()).compile(program, model.weights);
    const { vector } = await ours.run(textFeeds('texts', [text], shape));

    const session = await InferenceSession.create(path.join(await folder, weights));
    const ids = (each: (id: number) => number) =>
      new Tensor(
        'int64',
        BigInt64Array.from(text, (id) => BigInt(each(id))),
        [1, text.length],
      );
    const { last_hidden_state: states } = await session.run({
      input_ids: ids((id) => id),
      attention_mask: ids(() => 1),
      token_type_ids: ids(() => 0),
    });
    await session.release();
    if (!(states?.data instanceof Float32Array)) throw new Error('no states');
    const { width } = model.config;
    const sum = new Float32Array(width);
    for (const [at, value] of states.data.entries())
      sum[at % width] = (sum[at % width] ?? 0) + value;
    const along = sum.reduce((dot, value, at) => dot + value * (vector?.[at] ?? 0), 0);
    expect(along / Math.hypot(...sum)).toBeGreaterThan(0.999);
  });
});
