import { expect, it } from 'vitest';
import { gradients } from '../autodiff/index.ts';
import { Builder } from '../ir/builder.ts';
import { Random } from '../optimizer/random.ts';
import { onnxExecutor } from '../onnx/executor.ts';
import { headLoss } from './head-loss.ts';

const sizes = { places: 7, width: 4, vocabulary: 11 };

async function evaluate(options: { derive: boolean; atOnce: number; cap: number | undefined }) {
  const b = new Builder();
  const hidden = b.input('hidden', { shape: [sizes.places, sizes.width] });
  const matrix = b.input('matrix', { shape: [sizes.vocabulary, sizes.width] });
  const head = { matrix, softCap: options.cap, trained: true };
  const { loss, correct } = headLoss(b, head, {
    ...options,
    hidden,
    labels: b.input('labels', { shape: [sizes.places], dtype: 'i32' }),
    weights: b.input('weights', { shape: [sizes.places] }),
  });
  const [toHidden = loss, toMatrix = loss] = gradients(b, loss, [hidden, matrix]);
  const program = b.build({ loss, correct, toHidden, toMatrix });
  await using executable = await (
    await onnxExecutor({ device: 'cpu', threads: 1 })
  ).compile(program);
  const random = new Random(5);
  const numbers = (length: number): Float32Array =>
    Float32Array.from({ length }, () => 4 * random.next() - 2);
  return await executable.run({
    hidden: numbers(sizes.places * sizes.width),
    matrix: numbers(sizes.vocabulary * sizes.width),
    labels: Int32Array.of(0, 10, 3, 3, 7, 1, 5),
    weights: Float32Array.of(0.2, 0, 0.1, 0.3, 0.2, 0.1, 0.1),
  });
}

it.each([
  ['plain', undefined],
  ['capped', 1.5],
])('states the gradients that the loss has, in any chunks (%s logits)', async (_, cap) => {
  const derived = await evaluate({ derive: false, atOnce: sizes.places, cap });
  for (const options of [
    { derive: true, atOnce: sizes.places },
    { derive: true, atOnce: 3 },
    { derive: false, atOnce: 2 },
  ]) {
    const stated = await evaluate({ ...options, cap });
    for (const name of ['loss', 'correct', 'toHidden', 'toMatrix']) {
      const expected = derived[name] ?? [];
      expect(stated[name]?.length).toBe(expected.length);
      expected.forEach((x, i) => expect(stated[name]?.[i]).toBeCloseTo(x, 5));
    }
  }
});
