import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { GraphError, type TrainingRequest } from '@graft/graph';
import { isAlive } from '@graft/kit';
import type { StartTrainer } from '@graft/training/service';
import { tinyModel, tinyRequest, tinyTexts } from './testing/tiny-training.ts';
import {
  attemptTraining,
  killedTrainer,
  numbersOf,
  startBuiltTrainer,
  trainersOf,
  trainingIn,
  type Attempt,
  expectUnchangedByKills,
} from './testing/training-attempt.ts';

// training.soak.test.ts kills more often, and trains a real model.

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'graft-training-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

const attempt = (
  request: TrainingRequest,
  at?: Parameters<typeof attemptTraining>[2],
  training = trainingIn(root),
): Promise<Attempt> => attemptTraining(training, request, at);

describe('kill -9 of a trainer', () => {
  it('then the end: the numbers are those of an uninterrupted training', () =>
    expectUnchangedByKills(root, { after: [11], epochs: 6 }));
});

describe('kill -9 of whoever trains', () => {
  it('ends the trainer too, and leaves a checkpoint', async () => {
    const entry = fileURLToPath(new URL('./testing/train-once.ts', import.meta.url));
    const parent = spawn(process.execPath, ['--import', 'tsx', entry, root], {
      stdio: ['ignore', 'pipe', 'inherit'],
      cwd: import.meta.dirname,
    });
    await once(parent.stdout, 'data');
    const trainers = trainersOf(parent.pid ?? 0);
    expect(trainers).toHaveLength(1);
    await expect.poll(() => existsSync(join(root, 'checkpoints')), { timeout: 30_000 }).toBe(true);
    const closed = once(parent, 'close');
    parent.kill('SIGKILL');
    await closed;
    await expect
      .poll(() => trainers.filter((pid) => isAlive(String(pid))), { timeout: 10_000 })
      .toEqual([]);
  });
});

describe('cancelling', () => {
  it('between steps leaves the step that was done', async () => {
    // However late a cancellation is heard, there are steps left to cancel.
    const endless = { epochs: 1_000_000, schedule: 'constant', warmup: 0 } as const;
    const request = tinyRequest(join(root, 'one'), endless);
    const first = await attempt(request, cancelAfter(5));
    expect(first.error).toMatchObject({ code: 'cancelled' });
    expect(trainersOf(process.pid)).toEqual([]);
    const second = await attempt(request, cancelAfter(lastStep(first) + 5));
    expect(second.logs.join()).toContain(`Goes on from the checkpoint of step ${lastStep(first)}.`);
    const other = tinyRequest(join(root, 'other'), endless);
    const straight = await attempt(other, cancelAfter(lastStep(second) + 1));
    const rows = [...first.rows, ...second.rows];
    expect(numbersOf(rows)).toEqual(numbersOf(straight.rows.slice(0, rows.length)));
  });

  const cancelAfter = (last: number) => (step: number, controller: AbortController) => {
    if (step === last) controller.abort();
  };

  const lastStep = ({ rows }: Attempt): number =>
    rows.findLast(({ series }) => series === 'train')?.step ?? NaN;
});

describe('evaluation in a trainer', () => {
  it('gives each text its loss, with adapters added', async () => {
    const request = tinyRequest(root, { evaluation: tinyTexts(5, 20), epochs: 6 });
    const { result } = await attempt(request);
    const info = result?.adapter;
    if (info === undefined) throw new Error('no adapter');
    const examples = [
      ...request.evaluation,
      { id: 'nothing counted', tokens: [1, 2, 3], trained: [1 as const, 0 as const, 0 as const] },
    ];
    const evaluate = async (weight: number): Promise<number> => {
      const losses = await trainingIn(root).evaluate(
        {
          model: tinyModel,
          adapters: weight === 0 ? [] : [{ path: request.folder, info, weight }],
          examples,
          device: 'cpu',
        },
        { signal: new AbortController().signal, progress: () => undefined },
      );
      expect(losses.map(({ tokens }) => tokens)).toEqual([
        ...request.evaluation.map(({ tokens }) => tokens.length - 1),
        0,
      ]);
      const sum = (key: 'loss' | 'tokens'): number =>
        losses.reduce((all, one) => all + one[key], 0);
      return sum('loss') / sum('tokens');
    };
    const evaluated = result?.metrics.filter(({ series }) => series === 'eval') ?? [];
    const best = Math.min(...evaluated.slice(1).map(({ values }) => values['loss'] ?? NaN));
    expect(await evaluate(1)).toBeCloseTo(best, 4);
    expect(await evaluate(0)).toBeCloseTo(evaluated[0]?.values['loss'] ?? NaN, 4);
  });

  it('is cancelled', async () => {
    const controller = new AbortController();
    const evaluation = trainingIn(root).evaluate(
      { model: tinyModel, adapters: [], examples: tinyTexts(40_000, 40), device: 'cpu' },
      { signal: controller.signal, progress: () => controller.abort() },
    );
    await expect(evaluation).rejects.toMatchObject({ code: 'cancelled' });
    expect(trainersOf(process.pid)).toEqual([]);
  });
});

describe('a trainer under which memory ran out', () => {
  it('is followed by one that takes less', async () => {
    const request = tinyRequest(root, {
      train: tinyTexts(768, 62),
      maxLength: 64,
      batch: 768,
      microBatch: 768,
      evaluation: [],
      maxSteps: 1,
    });
    const rowsAtOnce = ({ logs }: Attempt): number =>
      Number(/(\d+) of 768 rows at once/.exec(logs.join())?.[1]);
    const ranOut = new GraphError('out-of-memory', 'memory ran out', { audience: 'operator' });
    // As the kernel would end it: when it has begun to take what it planned.
    const dying: StartTrainer = ({ message, exit }) => {
      const start = killedTrainer((raw) => readLog(raw)?.includes('rows at once') === true);
      return start({ message, exit: () => exit(ranOut) });
    };
    const training = (startTrainer: StartTrainer) =>
      trainingIn(root, { startTrainer, memory: 3e9 });
    const first = await attempt(request, undefined, training(dying));
    expect(first.error).toMatchObject({ code: 'out-of-memory' });
    const second = await attempt(request, undefined, training(startBuiltTrainer));
    expect(second.error).toBeUndefined();
    expect(rowsAtOnce(second)).toBeLessThan(rowsAtOnce(first));
  });

  function readLog(raw: unknown): string | undefined {
    return z.object({ type: z.literal('log'), message: z.string() }).safeParse(raw).data?.message;
  }
});

describe('a trainer that cannot work', () => {
  it('says why, over the border of its process', async () => {
    const refusal = async (request: TrainingRequest, options = {}): Promise<unknown> =>
      (await attempt(request, undefined, trainingIn(root, options))).error;
    expect(await refusal(tinyRequest(root), { memory: 1e7 })).toMatchObject({
      code: 'out-of-memory',
      audience: 'operator',
    });
    const masked = tinyTexts(3, 9).map((text) => ({
      ...text,
      trained: text.tokens.map(() => 0 as const),
    }));
    expect(await refusal(tinyRequest(root, { train: masked }))).toMatchObject({
      code: 'bad-input',
      message: expect.stringMatching(/text 0, text 1, text 2/),
    });
    const lost = { ...tinyRequest(root), model: { ...tinyModel, path: join(root, 'lost.gguf') } };
    expect(await refusal(lost)).toMatchObject({ code: 'missing-file' });
  });
});
