import { setTimeout as wait } from 'node:timers/promises';
import { moments } from '@graft/workspace/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KilledRuns } from './testing/killed-runs.ts';

/** Moments at which the worker, and the command that serves its own run, are killed; `runtime/workspace/kill.test.ts` kills more often, on quick steps. */
const kills = 8;

describe.skipIf(process.platform !== 'linux')('kill -9 of a run on real models', () => {
  let runs: KilledRuns;
  beforeAll(async () => {
    runs = await KilledRuns.open();
  });
  afterAll(() => runs[Symbol.asyncDispose]());

  it(`of the worker, at ${String(kills)} moments: the run goes on`, async () => {
    const whole = await runs.undisturbed();
    const next = moments(1);
    let hits = 0;
    // A run may end before its moment where the machine is quicker than at first: then there are more runs.
    for (let i = 0; i < kills || (hits < kills && i < 3 * kills); i++)
      hits += await runs.killWorker(() => wait(next() * whole));
    expect(hits).toBeGreaterThan(kills / 2);
  });

  it(`of the command, at ${String(kills)} moments: the next run reuses what was done`, async () => {
    const whole = await runs.undisturbed();
    const next = moments(2);
    const ended = [];
    for (let i = 0; i < kills; i++) ended.push(await runs.killCommand(() => wait(next() * whole)));
    expect(ended.filter(({ interrupted }) => interrupted).length).toBeGreaterThan(kills / 4);
    expect(ended.reduce((sum, { reused }) => sum + reused, 0)).toBeGreaterThan(kills / 2);
  });
});
