import {
  type Example,
  type ModelRef,
  modelSchema,
  type Training,
  type TrainingRequest,
  type TrainingResult,
} from '@graft/graph';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { SmallTokenizer } from '../testing/small-tokenizer.ts';
import { rowsInput, testContext, treeInput } from '../testing/test-context.ts';
import { trainingParams } from './definition.ts';
import { runTrainingTask } from './run-training.ts';

const model: ModelRef = modelSchema.parse({
  ...{ id: 'small', digest: 'd', architecture: 'llama', format: 'gguf', contextLength: 64 },
});
const params = { ...z.object(trainingParams).parse({}), learningRate: 1e-3 };
const row = (at: number, split: Example['split'], said = 'Yes'): Example => ({
  ...{ id: `a.jsonl:${at}`, path: 'a.jsonl', row: at, split, kind: 'text' },
  turns: [{ role: 'text', content: said, trained: true }],
});
const outcome: TrainingResult = {
  metrics: [
    { series: 'eval', step: 0, values: { loss: 1 } },
    { series: 'train', step: 1, values: { loss: 2, epoch: 0.5, tokens: 40 } },
    { series: 'eval', step: 1, values: { loss: 4 } },
    { series: 'train', step: 2, values: { loss: 3, epoch: 1, tokens: 80 } },
    { series: 'eval', step: 2, values: { loss: 3.5 } },
  ],
  ...{ trainable: 5, total: 1000, baseBefore: 'aa', baseAfter: 'aa' },
};

/** Runs with a trainer that gives `result`, and tells what it was asked and what was said and leased. */
async function train(
  rows: readonly Example[],
  parts: { result?: TrainingResult; model?: ModelRef; params?: Partial<typeof params> } = {},
) {
  const asked: TrainingRequest[] = [];
  const log: string[] = [];
  const leased: number[] = [];
  const base = testContext();
  const training: Pick<Training, 'train'> = {
    async train(request, { lease }) {
      asked.push(request);
      using _held = await lease?.(200);
      return parts.result ?? outcome;
    },
  };
  const ctx = testContext({
    log: (level, message) => log.push(`${level}: ${message}`),
    room: () => Promise.resolve(5e9),
    lease: (bytes) => {
      leased.push(bytes);
      const device = { id: 'cpu', class: 'cpu', name: 'CPU', software: false } as const;
      return Promise.resolve({ bytes, device, [Symbol.dispose]: () => leased.push(-bytes) });
    },
    models: {
      ...base.models,
      facts: (id) => ({
        ...model,
        format: 'gguf',
        id,
        title: id,
        kind: 'language-model',
        size: 100,
      }),
    },
    backends: {
      ...base.backends,
      tokenizer: () => Promise.resolve(new SmallTokenizer()),
      training: () => Promise.resolve(training as Training),
    },
  });
  const { metrics } = await runTrainingTask(ctx, {
    model: treeInput(parts.model ?? model),
    dataset: rowsInput(rows),
    method: { kind: 'full' },
    params: { ...params, ...parts.params },
  });
  return { asked, log, leased, metrics };
}
const rows = [row(1, 'train'), row(2, 'eval', 'Yep'), row(3, 'train', 'Certainly')];

it('asks for what the parameters say, over the tokenized rows, and gives the memory back', async () => {
  const { asked, leased } = await train(rows, { params: { epochs: 7, onLong: 'truncate' } });
  const [request] = asked;
  expect(request?.train.map(({ id }) => id)).toEqual(['a.jsonl:1', 'a.jsonl:3']);
  expect(request?.evaluation.map(({ id }) => id)).toEqual(['a.jsonl:2']);
  expect(request).toMatchObject({
    ...{ epochs: 7, batch: 8, learningRate: 1e-3, schedule: 'cosine', device: 'auto' },
    model: { id: 'small', digest: 'd' },
  });
  expect(request).not.toHaveProperty('onLong');
  // The trainer plans with the room that there is, and claims what it planned.
  expect(request?.memory).toBe(5e9);
  expect(leased).toEqual([200, -200]);
});

it('sums up the curves, and says what was trained', async () => {
  const { metrics, log } = await train(rows);
  expect(metrics.slice(0, -1)).toEqual(outcome.metrics);
  expect(metrics.at(-1)).toEqual({
    series: 'summary',
    values: {
      ...{ rows: 2, 'evaluation rows': 1, steps: 2, epochs: 1, 'tokens seen': 80, 'last loss': 3 },
      ...{ 'evaluation loss before': 1, 'evaluation loss': 3.5 },
      ...{ trainable: 5, 'of all': 1000, 'trainable %': 0.5 },
    },
  });
  expect(log).toEqual([
    'info: 2 rows for training with 16 tokens, 14 of them trained. 1 row for evaluation.',
    'info: Trained on 80 tokens: 5 of 1,000 numbers are trainable, 0.50 per cent.',
    'info: The base is unchanged: sha256 aa before and after.',
  ]);
});

it('says how many rows were cut', async () => {
  const { log } = await train(rows, { params: { maxLength: 8, onLong: 'truncate' } });
  expect(log[1]).toBe('warning: 1 row cut to 8 tokens.');
});

describe('refuses', () => {
  it('a base that changed', async () => {
    await expect(train(rows, { result: { ...outcome, baseAfter: 'bb' } })).rejects.toMatchObject({
      ...{ code: 'bad-model', audience: 'operator', location: { port: 'model' } },
      message: expect.stringContaining('sha256 was aa and is now bb'),
    });
  });

  it('a dataset without rows to train on', async () => {
    await expect(train([row(1, 'eval')])).rejects.toMatchObject({
      ...{ code: 'bad-input', location: { port: 'dataset' } },
      message: expect.stringContaining('keeps all its rows for evaluation'),
    });
  });

  it('a model in ONNX', async () => {
    await expect(train(rows, { model: { ...model, format: 'onnx' } })).rejects.toMatchObject({
      ...{ code: 'bad-model', location: { port: 'model' } },
    });
  });

  it('rows that are too long, before training', async () => {
    await expect(train(rows, { params: { maxLength: 8 } })).rejects.toThrow(
      'a.jsonl: more than 8 tokens in row 3.',
    );
  });
});

it('warns of rows kept for evaluation that are trained on as well', async () => {
  const { log } = await train([row(1, 'train'), row(2, 'eval'), row(3, 'eval', 'No')]);
  expect(log).toContain(
    'warning: 1 row of the 2 kept for evaluation is also in the training rows, so the evaluation loss looks too good: a.jsonl:2 equals a.jsonl:1. Remove such rows from one side.',
  );
});
