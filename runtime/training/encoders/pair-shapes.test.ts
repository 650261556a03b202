import fc from 'fast-check';
import { expect, it } from 'vitest';
import { fixture } from '../golden/golden.ts';
import { lora, steps } from './encoder-fixture.ts';
import { openEncoder } from './encoder-model.ts';
import { stepCounts } from './encoder-steps.ts';
import { evaluationBatches, trainingBatch } from './pair-batches.ts';
import { chooseShapes, paddingOf, shapeOf } from './pair-shapes.ts';
import { pairFeeds } from './text-feeds.ts';

const model = await openEncoder(fixture('bert'), 'model.safetensors');
const limit = model.config.context;
const text = fc.integer({ min: 1, max: limit }).map((length) => new Array<number>(length).fill(3));
const pair = fc.record({
  question: text,
  passage: text,
  negatives: fc.array(text, { maxLength: 2 }),
});

it('has room for every batch of a training, in whichever order an epoch has them', () => {
  const pairs = fc.array(pair, { minLength: 2, maxLength: 30 });
  fc.assert(
    fc.property(pairs, pairs, fc.integer({ min: 2, max: 9 }), (train, evaluation, batch) => {
      const request = {
        ...{ ...steps, method: lora, train, evaluation, batch, epochs: 3, checkpoints: '' },
      };
      const { shapes } = chooseShapes({ model, request, memory: Infinity }, undefined);
      const batches = [
        ...Array.from({ length: stepCounts(request).steps }, (_, at) => trainingBatch(request, at)),
        ...evaluationBatches(request),
      ];
      for (const one of batches) pairFeeds(one.pairs, shapeOf(one, shapes, request), { weight: 1 });
      expect(paddingOf(request, shapes)).toBeGreaterThanOrEqual(0);
    }),
    { numRuns: 30 },
  );
});

it('gives short batches a program of their own where most are short', () => {
  const of = (length: number, at: number) => new Array<number>(length).fill(at + 2);
  const train = Array.from({ length: 64 }, (_, at) => ({
    question: of(2, at),
    // One in a batch of eight at the most.
    passage: of(at === 5 ? limit : 4, at),
    negatives: [],
  }));
  const request = { ...steps, method: lora, train, batch: 64, epochs: 1, checkpoints: '' };
  const whole = chooseShapes({ model, request, memory: Infinity }, undefined).shapes;
  expect(whole.layouts).toHaveLength(1);
  const small = { ...request, batch: 8 };
  const { shapes } = chooseShapes({ model, request: small, memory: Infinity }, undefined);
  expect(shapes.layouts.map(({ passages }) => passages)).toEqual([
    [{ batch: 8, length: 8 }],
    [{ batch: 8, length: limit }],
  ]);
});
