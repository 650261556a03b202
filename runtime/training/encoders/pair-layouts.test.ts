import fc from 'fast-check';
import { expect, it } from 'vitest';
import { fixture } from '../testing/golden.ts';
import { planSteps } from '../loop/step-plan.ts';
import { lora, steps } from '../testing/encoder-fixture.ts';
import { openEncoder } from './encoder-model.ts';
import { evaluationBatches, trainingBatch } from './pair-batches.ts';
import { chooseLayouts, roomOf, shapeOf } from './pair-layouts.ts';
import { pairFeeds } from './pair-program.ts';

const limit = (await openEncoder(fixture('bert'), 'model.safetensors')).config.context;
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
      const layouts = chooseLayouts(request, limit);
      const { steps: count } = planSteps(request, train.length);
      const batches = [
        ...Array.from({ length: count }, (_, at) => trainingBatch(request, at)),
        ...evaluationBatches(request),
      ];
      for (const { pairs: own } of batches) {
        pairFeeds(own, shapeOf(own, layouts, roomOf(request)), { weight: 1 });
      }
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
  expect(chooseLayouts(request, limit)).toHaveLength(1);
  const shorter = chooseLayouts({ ...request, batch: 8 }, limit);
  expect(shorter.map(({ passages }) => passages)).toEqual([
    [{ batch: 8, length: 8 }],
    [{ batch: 8, length: limit }],
  ]);
});
