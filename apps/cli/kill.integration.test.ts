import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KilledRuns, type KillMoment } from './testing/killed-runs.ts';

/** When the language model begins to answer. kill.soak.test.ts kills it, and the worker, at random moments. */
const generating: KillMoment = ({ told }) => told(/"type":"step\.started","node":"generate"/);

describe.skipIf(process.platform !== 'linux')('kill -9 of a run on real models', () => {
  let runs: KilledRuns;
  beforeAll(async () => {
    runs = await KilledRuns.open();
  });
  afterAll(() => runs[Symbol.asyncDispose]());

  it('of the command: the next run reuses what was done', async () => {
    const { interrupted, reused } = await runs.killCommand(generating);
    expect(interrupted).toBe(true);
    expect(reused).toBeGreaterThan(4);
  });
});
