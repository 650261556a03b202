import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { z } from 'zod';
import type { MetricRow, TrainingRequest, TrainingResult } from '@graft/graph';
import { builtProcess } from '@graft/kit/testing';
import { createTraining, type StartTrainer } from '@graft/training/service';
import { trainerStarter } from '../start-trainer.ts';
import { readdir } from 'node:fs/promises';
import { expect } from 'vitest';
import { tinyRequest } from './tiny-training.ts';

export const startBuiltTrainer = trainerStarter(builtProcess('trainer'));

/**
 * Starts a trainer that is killed at a message. It can go on before the kill reaches it, even to its end: nobody hears
 * what it says then, as if the kill had come at once.
 */
export const killedTrainer =
  (isLast: (raw: unknown) => boolean): StartTrainer =>
  ({ message, exit }) => {
    let killed = false;
    const trainer = startBuiltTrainer({
      message(raw) {
        if (killed) return;
        message(raw);
        killed = isLast(raw);
        if (killed) trainer.kill();
      },
      exit,
    });
    return trainer;
  };

const stepSchema = z.union([
  z
    .object({ row: z.object({ series: z.literal('train'), step: z.number() }) })
    .transform(({ row }) => row.step),
  z
    .object({ checkpoint: z.object({ state: z.literal('resumed'), step: z.number() }) })
    .transform(({ checkpoint }) => checkpoint.step),
]);

/** Starts a trainer that is killed after a step, or before its first where it begins later. */
export const killedAfter = (step: number): StartTrainer =>
  killedTrainer((raw) => (stepSchema.safeParse(raw).data ?? -1) >= step);

/** The training service over the built trainer, with its files below a folder. */
export function trainingIn(
  root: string,
  options: { threads?: number; memory?: number; startTrainer?: StartTrainer } = {},
): ReturnType<typeof createTraining> {
  return createTraining({
    startTrainer: startBuiltTrainer,
    resolveModel: ({ path = '' }) => Promise.resolve(path),
    resolveEncoder: () => Promise.reject(new Error('Nothing is encoded here.')),
    threads: 1,
    scratchFolder: join(root, 'scratch'),
    ...options,
  });
}

/** Trainer processes that a process has started. */
export function trainersOf(parent: number): number[] {
  const listing = execFileSync('ps', ['-eo', 'pid=,ppid=,args='], { encoding: 'utf8' });
  return listing.split('\n').flatMap((line) => {
    const [pid, ppid] = line.trim().split(/\s+/).map(Number);
    return ppid === parent && line.includes(builtProcess('trainer')) && pid !== undefined
      ? [pid]
      : [];
  });
}

export interface Attempt {
  readonly rows: MetricRow[];
  readonly logs: string[];
  readonly result?: TrainingResult;
  readonly error?: unknown;
}

/** One attempt; `at` is called after each step and may end it. */
export async function attemptTraining(
  training: ReturnType<typeof createTraining>,
  request: TrainingRequest,
  at: (step: number, controller: AbortController) => void = () => undefined,
): Promise<Attempt> {
  const rows: MetricRow[] = [];
  const logs: string[] = [];
  const controller = new AbortController();
  try {
    const result = await training.train(request, {
      signal: controller.signal,
      metrics(row) {
        rows.push(row);
        if (row.series === 'train') at(row.step ?? 0, controller);
      },
      log: (_, message) => logs.push(message),
      progress: () => undefined,
    });
    return { rows, logs, result };
  } catch (error) {
    return { rows, logs, error };
  }
}

/** What must not differ between two trainings of the same request. */
export const numbersOf = (rows: readonly MetricRow[] = []) =>
  rows.map(({ series, step, values }) => [
    ...[series, step, values['loss'], values['accuracy'], values['norm'], values['tokens']],
  ]);

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
