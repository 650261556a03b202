import { expect, it } from 'vitest';
import { evaluationBatches, trainingBatch } from './pair-batches.ts';

const pair = (id: number) => ({ question: [id], passage: [id, id], negatives: [] });
const train = Array.from({ length: 9 }, (_, id) => pair(id));
const evaluation = Array.from({ length: 5 }, (_, id) => pair(100 + id));
const request = { train, evaluation, batch: 4, seed: 1 };
const ids = ({ pairs }: { pairs: readonly { question: readonly number[] }[] }) =>
  pairs.map(({ question }) => question[0] ?? NaN);

it('fills the last batch of an epoch up with pairs of its first, so that none is left alone', () => {
  const steps = [0, 1, 2].map((step) => trainingBatch(request, step));
  expect(steps.map(({ pairs, counted }) => [pairs.length, counted])).toEqual([
    [4, 4],
    [4, 4],
    [4, 4],
  ]);
  const [first = [], second = [], last = []] = steps.map(ids);
  expect(new Set([...first, ...second, last[0]])).toEqual(new Set(train.map((_, id) => id)));
  expect(last.slice(1)).toEqual(first.slice(0, 3));
  expect(ids(trainingBatch(request, 5)).slice(1)).toEqual(
    ids(trainingBatch(request, 3)).slice(0, 3),
  );
});

it('leaves an epoch of one batch as it is', () => {
  const { pairs, counted } = trainingBatch({ ...request, train: train.slice(0, 3) }, 1);
  expect([pairs.length, counted]).toEqual([3, 3]);
});

it('tells every question of an evaluation from as many passages, borrowing others that do not count', () => {
  const batches = evaluationBatches(request);
  expect(batches.map(({ counted }) => counted)).toEqual([4, 1]);
  expect(ids(batches[1] ?? { pairs: [] })).toEqual([104, 100, 101, 102]);
  const [alone] = evaluationBatches({ ...request, evaluation: evaluation.slice(0, 1) });
  expect(alone?.counted).toBe(1);
  expect(ids(alone ?? { pairs: [] })).toEqual([100, 0, 1, 2]);
});
