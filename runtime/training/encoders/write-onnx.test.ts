import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { expect, it } from 'vitest';
import { loadWeight } from '../formats/load-weight.ts';
import { encoderCases, readEncoderGolden } from '../testing/encoder-measure.ts';
import { fixture, readTensors } from '../testing/golden.ts';
import { difference } from '../testing/measure.ts';
import { requireWeight } from '../ir/executor.ts';
import { encoderWeightShapes } from './encoder-config.ts';
import { openEncoder, type EncoderModel } from './encoder-model.ts';
import { trainedWeights } from './trained-weights.ts';
import { writeEncoderOnnx } from './write-onnx.ts';

const golden = await readEncoderGolden('bert');
const expected = await readTensors(fixture('bert', 'golden.safetensors'));
const original = await openEncoder(fixture('bert'), 'model.safetensors');

/** States of the golden texts by onnxruntime, and the file opened again. */
async function written(
  weights: EncoderModel['weights'],
): Promise<{ states: Float32Array; model: EncoderModel; read: Map<string, Float32Array> }> {
  const folder = await mkdtemp(path.join(tmpdir(), 'graft-encoder-'));
  try {
    const file = path.join(folder, 'model.onnx');
    await writeEncoderOnnx(file, original.config, weights);
    const session = await InferenceSession.create(file);
    const { tokens, mask, types } = golden.texts;
    const ids = (rows: readonly (readonly number[])[]) =>
      new Tensor('int64', BigInt64Array.from(rows.flat(), BigInt), [
        rows.length,
        rows[0]?.length ?? 0,
      ]);
    const results = await session.run({
      input_ids: ids(tokens),
      attention_mask: ids(mask),
      token_type_ids: ids(types),
    });
    await session.release();
    const states = results['last_hidden_state']?.data;
    if (!(states instanceof Float32Array)) throw new Error('no states');
    await cp(fixture('bert', 'config.json'), path.join(folder, 'config.json'));
    const model = await openEncoder(folder, 'model.onnx');
    const read = new Map<string, Float32Array>();
    for (const [name, shape] of encoderWeightShapes(model.config)) {
      read.set(name, await loadWeight(requireWeight(model.weights, name), shape));
    }
    return { states, model, read };
  } finally {
    await rm(folder, { recursive: true });
  }
}

it('gives the states of PyTorch in onnxruntime, and is read again as it was', async () => {
  const { states, read } = await written(original.weights);
  expect(difference(states, expected.get('states'))).toBeLessThan(1e-4);
  for (const [name, data] of await readTensors(fixture('bert', 'model.safetensors'))) {
    expect(read.get(name), name).toEqual(data);
  }
});

it('gives the vectors of PEFT with an adapter merged into it', async () => {
  const saved = await readTensors(fixture('bert', 'adapter', 'adapter_model.safetensors'));
  const factors = new Map(
    [...saved].map(([name, data]) => [name.replace('base_model.model.', ''), data]),
  );
  const { states } = await written(
    await trainedWeights(original, { kind: 'lora', ...encoderCases.bert.lora }, factors),
  );
  const { width } = original.config;
  const { mask } = golden.texts;
  const vectors = mask.flatMap((row, text) => {
    const sum = new Float32Array(width);
    for (const [place, counts] of row.entries()) {
      const start = (text * row.length + place) * width;
      if (counts === 1)
        for (let i = 0; i < width; i++) sum[i] = (sum[i] ?? 0) + (states[start + i] ?? 0);
    }
    const size = Math.hypot(...sum);
    return [...sum.map((value) => value / size)];
  });
  expect(difference(Float32Array.from(vectors), expected.get('adapted vectors'))).toBeLessThan(
    1e-4,
  );
});
