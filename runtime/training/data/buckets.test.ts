import { expect, it } from 'vitest';
import { openBaseModel } from '../architectures/base-model.ts';
import { buildTrainingProgram, gradientName } from '../architectures/training-program.ts';
import { fixture, readTensors } from '../testing/golden.ts';
import { difference } from '../testing/measure.ts';
import { sizeOf } from '../ir/shape.ts';
import { onnxExecutor } from '../onnx/executor.ts';
import { headPlaces } from './buckets.ts';
import { feedsOf, microBatches } from './micro-batch.ts';
import { prepareExamples } from './prepared-example.ts';
import { layOutRows } from './rows.ts';

/** Questions with short answers, of which only the answers are trained. */
const texts = [12, 20, 7, 9].map((length, i) => ({
  id: `text ${i}`,
  tokens: Array.from({ length }, (_, j) => (i * 13 + j * 7) % 64),
  trained: Array.from({ length }, (_, j) => (j >= length - 3 - i ? (1 as const) : (0 as const))),
}));
const examples = prepareExamples(texts, { maxLength: 64, vocabulary: 64 });
const rows = layOutRows(examples, { packing: false, maxLength: 64 });

it('counts the places of the rows that answer most, whichever come together', () => {
  expect(rows.map(({ trained }) => trained)).toEqual([3, 4, 5, 6]);
  expect(headPlaces(rows, { size: 1, buckets: [16, 32] })).toEqual(
    new Map([
      [16, 8],
      [32, 8],
    ]),
  );
  expect(headPlaces(rows, { size: 3, buckets: [32] })).toEqual(new Map([[32, 16]]));
  // Trained on nearly everywhere: nothing is left out.
  const whole = rows.map((row) => ({ ...row, trained: row.length }));
  expect(headPlaces(whole, { size: 1, buckets: [20] })).toEqual(new Map());
});

it.each(['llama', 'qwen2'])(
  'the head at the places that count gives the loss and gradients of the head at all: %s',
  async (family) => {
    const base = await openBaseModel(fixture(family));
    const shapes = { size: 4, buckets: [20] };
    const places = headPlaces(rows, shapes);
    const count = places.get(20);
    expect(count).toBe(24);
    const executor = await onnxExecutor({ device: 'cpu', threads: 1 });
    const lora = { rank: 4, alpha: 8, rankStabilized: false, targets: ['all-linear'] };
    const methods = [{ lora }, { full: true }];
    for (const method of methods) {
      const run = async (gathered: boolean) => {
        const options = { batch: 4, length: 20, ...method };
        const { program, trainable } = buildTrainingProgram(base, {
          ...options,
          ...(gathered && count !== undefined ? { places: count } : {}),
        });
        const weights = await readTensors(fixture(family, 'model.safetensors'));
        const parameters = [...trainable].map(([name, shape]) => {
          const values = Float32Array.from({ length: sizeOf(shape) }, (_, i) => Math.sin(i) / 10);
          return [name, weights.get(name) ?? values] as const;
        });
        await using executable = await executor.compile(program, base.weights);
        const [batch] = microBatches(rows, gathered ? { ...shapes, places } : shapes);
        if (batch === undefined) throw new Error('no batch');
        const feeds = feedsOf(batch, examples, 18);
        const results = await executable.run({ ...feeds, ...Object.fromEntries(parameters) });
        return { results, names: [...trainable.keys()], feeds };
      };
      const [all, few] = [await run(false), await run(true)];
      expect(few.feeds['weights']?.length).toBe(24);
      expect(few.results['loss']?.[0]).toBeCloseTo(all.results['loss']?.[0] ?? NaN, 5);
      for (const name of all.names) {
        const [one, other] = [all, few].map(({ results }) => results[gradientName(name)]);
        expect(difference(one, other), name).toBeLessThan(1e-5);
      }
      const right = ({ results, feeds }: typeof all): number =>
        (results['correct'] ?? new Float32Array()).reduce(
          (sum, one, i) => sum + ((feeds['weights']?.[i] ?? 0) > 0 ? one : 0),
          0,
        );
      expect(right(few)).toBe(right(all));
    }
  },
);
