import type { TextPair } from '@graft/graph';
import { afterAll, expect, it } from 'vitest';
import { fixture } from '../testing/golden.ts';
import { losses, newFolder, numbersOf, removeFolders } from '../testing/loop-fixture.ts';
import { embedderTask } from './embedder-task.ts';
import { attemptOf, expectToGoOn, lora, steps, type Attempt } from '../testing/encoder-fixture.ts';
import { openEncoder } from './encoder-model.ts';
import { trainingBatch } from './pair-batches.ts';
import type { EncoderRequest } from './row-task.ts';

afterAll(removeFolders);

/** Questions and passages that have nothing in common but that they belong together. */
const pairs: readonly TextPair[] = Array.from({ length: 12 }, (_, i) => ({
  question: [1, 2 + i, 20 + ((i * 5) % 12)].slice(0, 2 + (i % 2)),
  passage: [1, 60 - i, 40 + ((i * 7) % 12), 14, 15].slice(0, 3 + (i % 3)),
  negatives: i % 4 === 0 ? [[1, 60 - i, 33]] : [],
}));

const request: Omit<EncoderRequest<TextPair>, 'checkpoints'> = {
  method: lora,
  train: pairs,
  batch: 4,
  ...steps,
};

const attempt = async ({ change, ...how }: Attempt<EncoderRequest<TextPair>>) =>
  attemptOf(embedderTask, { ...request, checkpoints: await newFolder(), ...change }, how);

it.each([
  ['lora', lora, 0.02],
  ['full', { kind: 'full' }, 0.005],
] as const)('learns which passage belongs to a question: %s', async (_, method, learningRate) => {
  const { rows } = await attempt({ change: { method, learningRate, epochs: 25 } });
  const all = losses(rows);
  expect(all).toHaveLength(75);
  expect(all.at(-1)).toBeLessThan(0.2 * (all[0] ?? 0));
  const right = rows.slice(-3).reduce((sum, { values }) => sum + (values['accuracy'] ?? 0), 0);
  expect(right / 3).toBeGreaterThan(0.8);
});

it('goes on after an interruption to the same numbers', () =>
  expectToGoOn(({ change, ...how }) =>
    attempt({ change: { ...change, evaluation: pairs.slice(0, 5) }, ...how }),
  ));

it('evaluates what it does not train on', async () => {
  const evaluation = pairs.slice(0, 6);
  const { rows } = await attempt({ change: { train: pairs.slice(6), evaluation, maxSteps: 2 } });
  const shown = rows.map(({ series, step }) => `${series} ${String(step)}`);
  expect(shown).toEqual(['eval 0', 'train 1', 'train 2', 'eval 2']);
  // The second step is filled up with pairs of the first one: as many as make a batch.
  const tokens = [0, 1].flatMap((step) =>
    trainingBatch({ ...request, train: pairs.slice(6) }, step).pairs.flatMap(
      ({ question, passage, negatives }) => [question, passage, ...negatives].flat(),
    ),
  );
  expect(rows.at(-2)?.values['tokens']).toBe(tokens.length);
});

it('computes layers again where memory is short, to the same numbers', async () => {
  const change = { maxSteps: 3 };
  const kept = await attempt({ change });
  const [needed = 0] = kept.planned;
  const again = await attempt({ change, memory: needed - 1 });
  const [least = 0] = again.planned;
  expect(least).toBeLessThan(needed);
  expect(kept.rows).toHaveLength(3);
  expect(numbersOf(again.rows)).toEqual(numbersOf(kept.rows));
  const refused = await attempt({ change, memory: least - 1 });
  expect(refused).toHaveProperty('error.code', 'out-of-memory');
});

it('counts every program that it may compile, and those of the evaluation', async () => {
  const long = pairs.map((pair, i) => ({
    ...pair,
    passage: i < 4 ? [...pair.passage, ...new Array<number>(11).fill(5)] : pair.passage,
  }));
  const [few, evaluated] = [long.slice(4), pairs.slice(0, 4)];
  const [alone] = (await attempt({ change: { train: few, maxSteps: 1 } })).planned;
  const [both] = (await attempt({ change: { train: few, evaluation: evaluated, maxSteps: 1 } }))
    .planned;
  expect(both).toBeGreaterThan(alone ?? Infinity);
});

it('goes on with less memory than it began with', async () => {
  const checkpoints = await newFolder();
  const whole = await attempt({ change: { maxSteps: 6 } });
  const [needed = 0] = whole.planned;
  const first = await attempt({
    change: { checkpoints, maxSteps: 6 },
    watch: ({ step }, controller) => {
      if (step === 3) controller.abort();
    },
  });
  expect(first).toHaveProperty('error');
  const second = await attempt({ change: { checkpoints, maxSteps: 6 }, memory: needed - 1 });
  expect(second.logs.join()).toMatch(/Continues with other programs than before/);
  expect(numbersOf([...first.rows, ...second.rows])).toEqual(numbersOf(whole.rows));
});

it('another config of the same weights is another training', async () => {
  const model = await openEncoder(fixture('bert'), 'model.safetensors');
  const digestOf = (heads: number): string =>
    embedderTask({
      model: { ...model, config: { ...model.config, heads } },
      ...{ modelDigest: 'digest', request: { ...request, checkpoints: '' } },
    }).run.digest;
  expect(digestOf(2)).not.toBe(digestOf(model.config.heads));
});

it.each([
  [{ train: [] }, /no pair/],
  [{ batch: 1 }, /One pair a step/],
  [
    { train: pairs.map(({ question }) => ({ question, passage: [1, 2], negatives: [] })) },
    /All pairs have the same passage/,
  ],
  [
    { evaluation: [{ question: new Array<number>(17).fill(1), passage: [1], negatives: [] }] },
    /17 tokens, but the encoder reads only 16/,
  ],
])('refuses pairs that nothing is learned from: %#', async (change, message) => {
  const { rows, ...result } = await attempt({ change });
  expect(rows).toEqual([]);
  expect(result).toHaveProperty('error.code', 'bad-input');
  expect(result).toHaveProperty('error.message', expect.stringMatching(message));
});
