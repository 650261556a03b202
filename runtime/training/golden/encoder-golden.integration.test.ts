import path from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { Encoder } from '../encoders/encoder.ts';
import { textFeeds } from '../encoders/text-feeds.ts';
import { Builder } from '../ir/builder.ts';
import { unitLength } from '../ir/layers.ts';
import { miniLm, miniLmFolder, miniLmWeights, onCpu, tinyBert } from '../testing/encoder-cases.ts';
import { encoderContract } from '../testing/encoder-contract.ts';
import { onWebgpu } from '../testing/golden-contract.ts';

// encoder-golden.test.ts compares the tiny encoder on cpu and tfjs, encoder-golden.soak.test.ts everything on every executor.
// Here webgpu runs it forwards only: golden.integration.test.ts runs a language model backwards.
await onWebgpu((executor) => {
  encoderContract('bert', { model: tinyBert, executor, gradients: [], stepped: [] });
});

describe('onnx on cpu', () => {
  encoderContract('minilm', {
    ...{ model: miniLm, executor: onCpu },
    ...{ gradients: [['lora', true]], stepped: [] },
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

    const session = await InferenceSession.create(path.join(await miniLmFolder(), miniLmWeights));
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
