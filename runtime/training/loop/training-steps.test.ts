import type { CheckpointReport } from '@graft/graph';
import { afterAll, expect, it } from 'vitest';
import { AdamW } from '../optimizer/adamw.ts';
import { CheckpointStore } from './checkpoint-store.ts';
import { newFolder, removeFolders } from '../testing/loop-fixture.ts';
import { TrainingSteps } from './training-steps.ts';

afterAll(removeFolders);

/** As on a full disk. */
class FullStore extends CheckpointStore {
  override save(): Promise<void> {
    return Promise.reject(new Error('there is no room'));
  }
}

interface Attempt {
  readonly folder: string;
  readonly checkpointEvery?: number;
  /** Seconds that a step takes. */
  readonly pace?: number;
  /** The step after which it is cancelled. */
  readonly cancelAt?: number;
  readonly Store?: typeof CheckpointStore;
}

/** Twelve steps that compute next to nothing, by a clock of their own; gives what they reported. */
async function train({ folder, pace = 0, cancelAt, ...how }: Attempt) {
  const { checkpointEvery = 0, Store = CheckpointStore } = how;
  const reports: CheckpointReport[] = [];
  const logs: string[] = [];
  const controller = new AbortController();
  const parameters = new Map([['w', Float32Array.of(1, 2)]]);
  const store = new Store(folder, { digest: '0'.repeat(64), settings: {} }, () => undefined);
  await store.open();
  let seconds = 0;
  const steps = new TrainingSteps({
    plan: {
      request: {
        ...{ learningRate: 0.1, schedule: 'constant', clip: 0 },
        ...{ evaluateEvery: 0, patience: 0, checkpointEvery },
      },
      ...{ stepsPerEpoch: 12, steps: 12, warmup: 0 },
    },
    computation: {
      ...{ evaluates: false, evaluate: () => expect.fail('nothing to evaluate on') },
      prepare: () => Promise.resolve(),
      step(step) {
        seconds += pace;
        if (step + 1 === cancelAt) controller.abort();
        const gradients = new Map([['w', Float32Array.of(1, 1)]]);
        return Promise.resolve({ loss: 1, accuracy: 1, tokens: 1, gradients });
      },
    },
    ...{ parameters, store },
    optimizer: new AdamW(parameters, { weightDecay: 0, rateFactor: () => 1, decays: () => false }),
    shapes: { size: 1, buckets: [1], recompute: false },
    hooks: {
      signal: controller.signal,
      metrics: () => undefined,
      progress: () => undefined,
      log: (_, message) => logs.push(message),
      checkpoint: (report) => reports.push(report),
    },
    now: () => seconds * 1000,
  });
  await steps.run(await store.load()).catch(() => undefined);
  return { reports: reports.map(({ state, step }) => `${state} ${String(step)}`), logs };
}

it('leaves checkpoints by time where steps are slow', async () => {
  const { reports } = await train({ folder: await newFolder(), checkpointEvery: 1000, pace: 7 });
  expect(reports).toEqual(['resumed 0', 'saved 3', 'saved 6', 'saved 9', 'saved 12']);
});

it('leaves them by steps where steps are quick', async () => {
  const { reports } = await train({ folder: await newFolder(), checkpointEvery: 5, pace: 0.001 });
  expect(reports).toEqual(['resumed 0', 'saved 5', 'saved 10', 'saved 12']);
});

it('reports what a cancelled one has left, and where the next begins', async () => {
  const folder = await newFolder();
  expect((await train({ folder, cancelAt: 7 })).reports).toEqual(['resumed 0', 'saved 7']);
  expect((await train({ folder })).reports).toEqual(['resumed 7', 'saved 12']);
});

it('says why a cancelled one could leave nothing', async () => {
  const { reports, logs } = await train({
    ...{ folder: await newFolder(), cancelAt: 7, Store: FullStore },
  });
  expect(reports).toEqual(['resumed 0', 'unsaved 7']);
  expect(logs).toEqual(['there is no room']);
});
