import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { tinyRequest, tinyTexts } from './testing/tiny-training.ts';
import {
  attemptTraining,
  killedAfter,
  numbersOf,
  trainersOf,
  trainingIn,
  expectUnchangedByKills,
} from './testing/training-attempt.ts';

const smol = join(
  homedir(),
  '.cache/graft/models/models/SmolLM2-135M-Instruct/SmolLM2-135M-Instruct.Q4_1.gguf',
);
const real = { id: 'SmolLM2', digest: 'b'.repeat(64), path: smol };

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'graft-training-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

describe('kill -9 of a trainer', () => {
  it('at three moments, then the end: the numbers are those of an uninterrupted training', () =>
    expectUnchangedByKills(root, { after: [6, 30, 71], epochs: 25 }));

  it.skipIf(!existsSync(smol))(
    'of a real model’s, too',
    async () => {
      const change = {
        ...{ train: tinyTexts(4, 48), evaluation: [], epochs: 4, maxLength: 64, batch: 2 },
        ...{ microBatch: 1, checkpointEvery: 1, learningRate: 1e-3, maxSteps: 4 },
      };
      const request = (name: string) => ({ ...tinyRequest(join(root, name), change), model: real });
      const training = trainingIn(root, { threads: 2 });
      const straight = await attemptTraining(training, request('straight'));
      expect(straight.error).toBeUndefined();
      const dying = trainingIn(root, { threads: 2, startTrainer: killedAfter(2) });
      const killed = await attemptTraining(dying, request('killed'));
      expect(killed.error).toMatchObject({ code: 'worker-died' });
      const { result, rows, error } = await attemptTraining(training, request('killed'));
      expect(error).toBeUndefined();
      expect(rows.length).toBeLessThan(4);
      expect(numbersOf(result?.metrics)).toEqual(numbersOf(straight.result?.metrics));
      expect(result?.baseAfter).toBe(result?.baseBefore);
    },
    600_000,
  );
});

describe('cancelling', () => {
  it.skipIf(!existsSync(smol))(
    'in the midst of a step ends it, and the checkpoint before stays',
    async () => {
      const request = {
        ...tinyRequest(join(root, 'real'), {
          ...{ train: tinyTexts(8, 256), evaluation: [], epochs: 4, maxLength: 256, batch: 4 },
          ...{ microBatch: 2, checkpointEvery: 1, learningRate: 1e-3, warmup: 0, maxSteps: 3 },
        }),
        model: real,
      };
      const training = trainingIn(root, { threads: 2 });
      const { error } = await attemptTraining(training, request, (step, controller) => {
        // Its second step blocks the trainer for seconds.
        if (step === 1) setTimeout(() => controller.abort(), 1000);
      });
      expect(error).toMatchObject({ code: 'cancelled' });
      expect(trainersOf(process.pid)).toEqual([]);
      const stop = (_: number, controller: AbortController): void => controller.abort();
      const resumed = await attemptTraining(training, request, stop);
      expect(resumed.logs.join()).toMatch(/Goes on from the checkpoint of step 1\./);
    },
    600_000,
  );
});
