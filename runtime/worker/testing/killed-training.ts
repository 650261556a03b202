import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { tinyRequest } from './tiny-training.ts';
import { attemptTraining, killedAfter, numbersOf, trainingIn } from './training-attempt.ts';

/** Kills the trainer of a tiny training after each of the steps: it must end with the numbers of an uninterrupted one. */
export async function expectUnchangedByKills(
  root: string,
  kills: { readonly after: readonly number[]; readonly epochs: number },
): Promise<void> {
  const { epochs } = kills;
  const training = trainingIn(root);
  const straight = await attemptTraining(training, tinyRequest(join(root, 'straight'), { epochs }));
  expect(straight.error).toBeUndefined();
  const request = tinyRequest(join(root, 'killed'), { epochs });
  for (const step of kills.after) {
    const killed = trainingIn(root, { startTrainer: killedAfter(step) });
    const { error } = await attemptTraining(killed, request);
    expect(error).toMatchObject({
      code: 'worker-died',
      message: expect.stringMatching(/trainer process was killed by SIGKILL/),
    });
  }
  const { result, rows, error } = await attemptTraining(training, request);
  expect(error).toBeUndefined();
  expect(rows.length).toBeLessThan(result?.metrics.length ?? 0);
  expect(numbersOf(result?.metrics)).toEqual(numbersOf(straight.result?.metrics));
  expect(result?.adapter).toEqual(straight.result?.adapter);
  // What the killed ones had open is cleared away.
  expect(await readdir(join(root, 'scratch'))).toEqual([]);
}
