import { expect, it } from 'vitest';
import { gradients } from '../autodiff/index.ts';
import { Builder } from '../ir/builder.ts';
import { tfjsExecutor } from '../tfjs/executor.ts';
import { rankingLoss } from './ranking-loss.ts';

/** Loss, hits and the gradient of the questions, of vectors of two numbers. */
async function rank(given: {
  readonly questions: readonly number[];
  readonly passages: readonly number[];
  /** Of each question, of each passage. */
  readonly open: readonly number[];
  readonly weights: readonly number[];
}) {
  const b = new Builder();
  const count = given.weights.length;
  const questions = b.input('questions', { shape: [count, 2] });
  const { loss, correct } = rankingLoss(b, {
    questions,
    passages: b.input('passages', { shape: [given.open.length / count, 2] }),
    open: b.input('open', { shape: [count, given.open.length / count], dtype: 'i32' }),
    weights: b.input('weights', { shape: [count] }),
  });
  const [gradient = loss] = gradients(b, loss, [questions]);
  await using program = await (await tfjsExecutor()).compile(b.build({ loss, correct, gradient }));
  return await program.run({
    questions: Float32Array.from(given.questions),
    passages: Float32Array.from(given.passages),
    open: Int32Array.from(given.open),
    weights: Float32Array.from(given.weights),
  });
}

/** −log of the share that the first of some scores has. */
const loss = (own: number, ...others: readonly number[]): number =>
  Math.log([own, ...others].reduce((sum, score) => sum + Math.exp(score), 0)) - own;

it('takes cosines times 20, of vectors of any length', async () => {
  const results = await rank({
    questions: [3, 0, 0, 0.1],
    passages: [0.6, 0.8, 0, 5, 2, 0],
    open: [1, 1, 1, 1, 1, 1],
    weights: [0.5, 0.5],
  });
  // Cosines of the first question: 0.6, 0 and, of a hard negative, 1.
  const expected = (loss(12, 0, 20) + loss(20, 16, 0)) / 2;
  expect(results['loss']?.[0]).toBeCloseTo(expected, 4);
  expect([...(results['correct'] ?? [])]).toEqual([0, 1]);
});

it('leaves out what is closed, and is finite where everything is', async () => {
  const results = await rank({
    questions: [3, 0, 0, 0],
    passages: [0.6, 0.8, 0, 0, 1, 0, 0, 0],
    open: [1, 0, 1, 0, 0, 0, 0, 0],
    weights: [1, 0],
  });
  expect(results['loss']?.[0]).toBeCloseTo(loss(12, 20), 4);
  const gradient = [...(results['gradient'] ?? [])];
  expect(gradient.every(Number.isFinite)).toBe(true);
  expect(gradient.slice(2)).toEqual([0, 0]);
});
