import type { TextPair } from '@graft/graph';
import { afterAll, expect, it } from 'vitest';
import { losses, newFolder, removeFolders } from '../testing/loop-fixture.ts';
import { onnxExecutor } from '../onnx/executor.ts';
import { Random } from '../optimizer/random.ts';
import { attemptOf, expectToGoOn, steps, type Attempt } from '../testing/encoder-fixture.ts';
import { pairPlaces } from './pair-places.ts';
import {
  adapterMatrix,
  buildQueryAdapterProgram,
  queryAdapterTask,
  type QueryAdapterRequest,
} from './query-adapter.ts';

afterAll(removeFolders);

const dimension = 6;
const random = new Random(11);
const unit = (vector: readonly number[]): number[] => {
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
};
const drawn = (): number[] => unit(Array.from({ length: dimension }, () => random.next() * 2 - 1));

/** Vectors of questions first. The passage of each is its question with the numbers in another order. */
const count = 40;
const questions = Array.from({ length: count }, drawn);
const passages = questions.map((vector) => [...vector.slice(2), ...vector.slice(0, 2)]);
const vectors = Float32Array.from([...questions, ...passages].flat());
const pairs: readonly TextPair<number>[] = questions.map((_, i) => ({
  question: i,
  passage: count + i,
  negatives: i % 4 === 0 ? [count + ((i + 7) % count)] : [],
}));

const request: Omit<QueryAdapterRequest, 'checkpoints'> = {
  ...steps,
  ...{ vectors, dimension, batch: 8, learningRate: 0.05, weightDecay: 0 },
  train: pairs.slice(0, 28),
  evaluation: pairs.slice(28),
};

const attempt = async ({ change, ...how }: Attempt<QueryAdapterRequest>) =>
  attemptOf(queryAdapterTask, { ...request, checkpoints: await newFolder(), ...change }, how);

it('has the gradient of the loss as it is defined, by finite differences', async () => {
  const batch = pairs.slice(0, 4);
  const shape = { pairs: 4, negatives: 1, dimension };
  const delta = Float32Array.from(
    { length: dimension * dimension },
    () => random.next() * 0.4 - 0.2,
  );
  const { open, weights } = pairPlaces(batch, shape, { weight: 0.25 });
  const of = (place: number): number[] => [
    ...vectors.subarray(place * dimension, (place + 1) * dimension),
  ];
  const texts = pairPlaces(batch, shape, { weight: 0.25 }).passages;
  await using program = await (
    await onnxExecutor({ device: 'cpu', threads: 1 })
  ).compile(buildQueryAdapterProgram(shape).program);
  const results = await program.run({
    questions: Float32Array.from(batch.flatMap(({ question }) => of(question))),
    passages: Float32Array.from(
      texts.flatMap((place) =>
        place === undefined ? new Array<number>(dimension).fill(0) : of(place),
      ),
    ),
    ...{ open, weights, delta },
  });

  /** In double precision, and written anew: the mean of −log softmax of 20 · cos(W·q, p) at the own passage. */
  const loss = (at: readonly number[]): number =>
    batch.reduce((sum, { question }, row) => {
      const q = of(question);
      const mapped = unit(
        q.map(
          (value, i) => value + q.reduce((all, x, j) => all + (at[i * dimension + j] ?? 0) * x, 0),
        ),
      );
      const scores = texts.map((place, column) =>
        place === undefined || open[row * texts.length + column] === 0
          ? -Infinity
          : 20 * unit(of(place)).reduce((all, x, i) => all + x * (mapped[i] ?? 0), 0),
      );
      const all = scores.reduce((total, score) => total + Math.exp(score), 0);
      return sum + (Math.log(all) - (scores[row] ?? NaN)) / 4;
    }, 0);
  const point = [...delta];
  expect(results['loss']?.[0]).toBeCloseTo(loss(point), 5);
  const step = 1e-5;
  for (const [at, value] of point.entries()) {
    const [above, below] = [value + step, value - step].map((moved) => loss(point.with(at, moved)));
    const expected = ((above ?? NaN) - (below ?? NaN)) / (2 * step);
    const given = results['gradient:delta']?.[at] ?? NaN;
    expect(Math.abs(given - expected)).toBeLessThan(1e-4 * Math.max(1, Math.abs(expected)));
  }
});

it('learns what questions that it was not trained on are mapped by, too', async () => {
  const { rows, ...result } = await attempt({ change: { epochs: 20 } });
  const evaluations = rows.filter(({ series }) => series === 'eval');
  // Before: where questions stay as they are.
  expect(evaluations[0]).toMatchObject({ step: 0, values: { accuracy: expect.any(Number) } });
  expect(evaluations[0]?.values['accuracy']).toBeLessThan(0.4);
  expect(evaluations.at(-1)?.values['accuracy']).toBeGreaterThan(0.9);
  expect(evaluations.at(-1)?.values['loss']).toBeLessThan(
    0.2 * (evaluations[0]?.values['loss'] ?? 0),
  );
  // It is no language model: no text is read.
  expect(rows.filter(({ values }) => 'tokens' in values || 'tokensPerSecond' in values)).toEqual(
    [],
  );
  expect(result).toHaveProperty('trainable', new Map([['delta', [dimension, dimension]]]));
});

it('weight decay draws it back to where questions stay as they are', async () => {
  const change = { epochs: 10, learningRate: 0.01, schedule: 'constant', evaluation: [] } as const;
  const norm = async (weightDecay: number): Promise<number> => {
    const result = await attempt({ change: { ...change, weightDecay } });
    const delta = 'parameters' in result ? result.parameters.get('delta') : undefined;
    return Math.hypot(...(delta ?? expect.fail()));
  };
  const [free, held] = [await norm(0), await norm(1)];
  expect(free).toBeGreaterThan(0.2);
  expect(held).toBeLessThan(0.95 * free);
});

it('W is the identity with what was learned', () => {
  expect(adapterMatrix(Float32Array.of(0.5, -1, 0.25, 0), 2)).toEqual(
    Float32Array.of(1.5, -1, 0.25, 1),
  );
});

it('goes on after an interruption to the same numbers', async () => {
  const whole = await expectToGoOn(attempt);
  expect(losses(whole.rows)).toHaveLength(16);
});

it('other vectors are another training', async () => {
  const checkpoints = await newFolder();
  await attempt({ change: { checkpoints } });
  const again = await attempt({ change: { checkpoints } });
  expect(again.logs.join()).toContain('Goes on');
  const other = vectors.slice();
  other[0] = 0;
  const changed = await attempt({ change: { checkpoints, vectors: other } });
  expect(losses(changed.rows)).toHaveLength(16);
});

it('claims what it takes, and refuses what does not fit', async () => {
  const { planned } = await attempt({ change: { maxSteps: 1 } });
  const [needed = 0] = planned;
  expect(planned).toHaveLength(1);
  const refused = await attempt({ change: { maxSteps: 1 }, memory: needed - 1 });
  expect(refused).toHaveProperty('error.code', 'out-of-memory');
});

it('refuses pairs that nothing is learned from', async () => {
  const train = pairs.map(({ question }) => ({ question, passage: count, negatives: [] }));
  expect(await attempt({ change: { train } })).toHaveProperty('error.code', 'bad-input');
});
