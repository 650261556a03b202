import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openBaseModel } from '../architectures/base-model.ts';
import { buildEvaluationProgram } from '../architectures/training-program.ts';
import { difference } from '../testing/measure.ts';
import { fixture } from '../testing/golden.ts';
import { randomWeights, writeTestModel } from '../testing/test-model.ts';
import { onnxExecutor } from '../onnx/executor.ts';
import { initialParameters, magnitudesOf } from './initial-parameters.ts';
import { lora, newFolder, removeFolders } from '../testing/loop-fixture.ts';
import { forwardOptions, trainableShapes } from './training-plan.ts';

afterAll(removeFolders);

describe('a DoRA adapter at its start', () => {
  it('changes nothing, also where the base interleaves rows of q and k', async () => {
    const { config } = await openBaseModel(fixture('llama'));
    const sizes = { ...config, tiedHead: true };
    const file = path.join(await newFolder(), 'base.gguf');
    await writeTestModel(file, sizes, { weights: randomWeights(sizes, 2), encoding: 'f32' });
    const base = await openBaseModel(file);
    const method = { ...lora, dora: true };
    const shapes = { batch: 1, length: 6, checkpoint: false };
    const source = { weights: base.weights, given: magnitudesOf(base) };
    const trainable = trainableShapes(base, { method });
    const parameters = await initialParameters(source, trainable, { method, seed: 1 });
    expect(parameters.size).toBe(3 * 14);
    const executor = await onnxExecutor({ device: 'cpu', threads: 1 });
    const logits = async (options: Parameters<typeof buildEvaluationProgram>[1]) => {
      const program = buildEvaluationProgram(base, options);
      await using executable = await executor.compile(program, base.weights);
      const results = await executable.run({
        tokens: Int32Array.of(1, 5, 9, 30, 22, 7),
        positions: Int32Array.of(0, 1, 2, 3, 4, 5),
        segments: new Int32Array(6),
        labels: new Int32Array(6),
        weights: new Float32Array(6),
        ...Object.fromEntries(parameters),
      });
      return results['logits'];
    };
    const bare = await logits({ batch: 1, length: 6 });
    expect(difference(await logits(forwardOptions({ method }, shapes)), bare)).toBeLessThan(1e-5);
    // Magnitudes of other rows would show.
    for (const [name, data] of parameters) {
      if (name.endsWith('magnitude_vector')) parameters.set(name, data.toReversed());
    }
    const wrong = await logits(forwardOptions({ method }, shapes));
    expect(difference(wrong, bare)).toBeGreaterThan(1e-3);
  });
});
