import type { EncodedText, TextList } from '@graft/graph';
import { afterAll, expect, it } from 'vitest';
import { fixture } from '../testing/golden.ts';
import { losses, newFolder, removeFolders } from '../testing/loop-fixture.ts';
import { attemptOf, expectToGoOn, lora, steps, type Attempt } from '../testing/encoder-fixture.ts';
import { openEncoder } from './encoder-model.ts';
import { rerankerTask } from './reranker-task.ts';
import type { EncoderRequest } from './row-task.ts';

afterAll(removeFolders);

/** A question is a number, and the wanted passage is the one that has it too. */
function pair(question: number, passage: readonly number[]): EncodedText {
  const [first, second] = [
    [1, question, 2],
    [...passage, 2],
  ];
  return {
    ids: [...first, ...second],
    segments: [...first.map(() => 0), ...second.map(() => 1)],
  };
}
const lists: readonly TextList[] = Array.from({ length: 12 }, (_, i) => {
  const own = 10 + i;
  const others = [1, 2, 3].slice(i % 3).map((step) => 10 + ((i + step) % 12));
  return [pair(own, [40, own, 41].slice(i % 2)), ...others.map((other) => pair(own, [42, other]))];
});

const request: Omit<EncoderRequest<TextList>, 'checkpoints'> = {
  method: { kind: 'full' },
  train: lists,
  batch: 6,
  ...steps,
};

const attempt = async ({ change, ...how }: Attempt<EncoderRequest<TextList>>) =>
  attemptOf(rerankerTask, { ...request, checkpoints: await newFolder(), ...change }, how);

it.each([
  ['full', { kind: 'full' }, 0.005],
  ['lora', lora, 0.02],
] as const)('learns which passage is wanted: %s', async (_, method, learningRate) => {
  const { rows } = await attempt({ change: { method, learningRate, epochs: 40 } });
  const all = losses(rows);
  expect(all).toHaveLength(80);
  expect(all.at(-1)).toBeLessThan(0.3 * (all[0] ?? 0));
});

it('goes on after an interruption to the same numbers', () =>
  expectToGoOn(({ change, ...how }) =>
    attempt({ change: { ...change, evaluation: lists.slice(0, 5) }, ...how }),
  ));

it('takes fewer lists at once and computes layers again where memory is short, to nearly the same numbers', async () => {
  const change = { maxSteps: 2 };
  const kept = await attempt({ change });
  const [needed = 0] = kept.planned;
  const fewer = await attempt({ change, memory: needed - 1 });
  expect(fewer.planned[0]).toBeLessThan(needed);
  for (const [at, loss] of losses(fewer.rows).entries()) {
    expect(loss).toBeCloseTo(losses(kept.rows)[at] ?? 0, 3);
  }
  const refused = await attempt({ change, memory: 1e8 });
  expect(refused).toHaveProperty('error.code', 'out-of-memory');
});

it.each([
  [{ train: [] }, /no question/],
  [{ train: lists.map((list) => list.slice(0, 1)) }, /nothing to compare/],
  [
    { evaluation: [[pair(3, new Array<number>(20).fill(5))]] },
    /24 tokens, but the encoder reads only 16/,
  ],
])('refuses lists that nothing is learned from: %#', async (change, message) => {
  const { rows, ...result } = await attempt({ change });
  expect(rows).toEqual([]);
  expect(result).toHaveProperty('error.code', 'bad-input');
  expect(result).toHaveProperty('error.message', expect.stringMatching(message));
});

it('counts the memory of each program that it keeps, and keeps fewer where it is short', async () => {
  const small = await openEncoder(fixture('bert'), 'model.safetensors');
  const model = { ...small, config: { ...small.config, context: 128 } };
  const text = (length: number): EncodedText => pair(3, new Array<number>(length - 4).fill(5));
  const train = [30, 30, 100].map((length) => [text(length), text(length)]);
  const shapesOf = (evaluation: readonly TextList[] = []) =>
    rerankerTask({
      ...{ model, modelDigest: '', request: { ...request, checkpoints: '', train, evaluation } },
    }).shapes;
  const { choose, memoryOf } = shapesOf();
  const shapes = { size: 1, buckets: [32, 100], recompute: false };
  const needed = memoryOf(shapes);
  expect(needed).toBeGreaterThan(memoryOf({ ...shapes, buckets: [100] }) + 1e5);
  expect(shapesOf(train).memoryOf(shapes)).toBeGreaterThan(needed + 1e5);
  const { buckets } = choose(Infinity).shapes;
  expect(buckets).toHaveLength(2);
  const shortest = { ...shapes, buckets: buckets.slice(-1) };
  expect(choose(memoryOf(shortest)).shapes).toEqual(shortest);
});

it('another config of the same weights is another training', async () => {
  const model = await openEncoder(fixture('bert'), 'model.safetensors');
  const digestOf = (heads: number): string =>
    rerankerTask({
      model: { ...model, config: { ...model.config, heads } },
      ...{ modelDigest: 'digest', request: { ...request, checkpoints: '' } },
    }).run.digest;
  expect(digestOf(2)).not.toBe(digestOf(model.config.heads));
});
