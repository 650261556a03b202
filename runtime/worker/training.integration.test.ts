import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  GraphError,
  type MetricRow,
  type TrainingRequest,
  type TrainingResult,
} from '@graft/graph';
import { isAlive } from '@graft/kit';
import { createTraining, type StartTrainer } from '@graft/training/service';
import { startTrainer } from './start-trainer.ts';
import { tinyModel, tinyRequest, tinyTexts } from './testing/tiny-training.ts';

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

const service = (options: { threads?: number; memory?: number } = {}) =>
  createTraining({
    startTrainer,
    resolveModel: ({ path = '' }) => Promise.resolve(path),
    resolveEncoder: () => Promise.reject(new Error('Nothing is encoded here.')),
    threads: 1,
    scratchFolder: join(root, 'scratch'),
    ...options,
  });

/** Trainer processes that a process has started. */
function trainersOf(parent: number): number[] {
  const listing = execFileSync('ps', ['-eo', 'pid=,ppid=,args='], { encoding: 'utf8' });
  return listing.split('\n').flatMap((line) => {
    const [pid, ppid] = line.trim().split(/\s+/).map(Number);
    return ppid === parent && line.includes('trainer.ts') && pid !== undefined ? [pid] : [];
  });
}

interface Attempt {
  readonly rows: MetricRow[];
  readonly logs: string[];
  readonly result?: TrainingResult;
  readonly error?: unknown;
}

/** One attempt; `at` is called after each step and may end it. */
async function attempt(
  request: TrainingRequest,
  at: (step: number, controller: AbortController) => void = () => undefined,
  training = service(),
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

const killAt = (last: number) => (step: number) => {
  if (step === last) for (const pid of trainersOf(process.pid)) process.kill(pid, 'SIGKILL');
};
const numbersOf = (rows: readonly MetricRow[] = []) =>
  rows.map(({ series, step, values }) => [
    ...[series, step, values['loss'], values['accuracy'], values['norm'], values['tokens']],
  ]);

describe('kill -9 of a trainer', () => {
  it('at three moments, then the end: the numbers are those of an uninterrupted training', async () => {
    const straight = await attempt(tinyRequest(join(root, 'straight')));
    expect(straight.error).toBeUndefined();
    const request = tinyRequest(join(root, 'killed'));
    for (const step of [6, 30, 71]) {
      const { error } = await attempt(request, killAt(step));
      expect(error).toMatchObject({
        code: 'worker-died',
        message: expect.stringMatching(/trainer process was killed by SIGKILL/),
      });
    }
    const { result, rows, error } = await attempt(request);
    expect(error).toBeUndefined();
    expect(rows.length).toBeLessThan(result?.metrics.length ?? 0);
    expect(numbersOf(result?.metrics)).toEqual(numbersOf(straight.result?.metrics));
    expect(result?.adapter).toEqual(straight.result?.adapter);
    // What the killed ones had open is cleared away.
    expect(await readdir(join(root, 'scratch'))).toEqual([]);
  });

  it.skipIf(!existsSync(smol))(
    'of a real model’s, too',
    async () => {
      const change = {
        ...{ train: tinyTexts(4, 48), evaluation: [], epochs: 4, maxLength: 64, batch: 2 },
        ...{ microBatch: 1, checkpointEvery: 1, learningRate: 1e-3, maxSteps: 4 },
      };
      const request = (name: string) => ({ ...tinyRequest(join(root, name), change), model: real });
      const training = service({ threads: 2 });
      const straight = await attempt(request('straight'), undefined, training);
      expect(straight.error).toBeUndefined();
      const killed = await attempt(request('killed'), killAt(2), training);
      expect(killed.error).toMatchObject({ code: 'worker-died' });
      const { result, rows, error } = await attempt(request('killed'), undefined, training);
      expect(error).toBeUndefined();
      expect(rows.length).toBeLessThan(4);
      expect(numbersOf(result?.metrics)).toEqual(numbersOf(straight.result?.metrics));
      expect(result?.baseAfter).toBe(result?.baseBefore);
    },
    900_000,
  );
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
    const request = tinyRequest(join(root, 'one'));
    const { error } = await attempt(request, (step, controller) => {
      if (step === 5) controller.abort();
    });
    expect(error).toMatchObject({ code: 'cancelled' });
    expect(trainersOf(process.pid)).toEqual([]);
    const { result, logs } = await attempt(request);
    // It had gone on for a little when it heard.
    expect(logs[0]).toMatch(/Goes on from the checkpoint of step ([5-9]|\d\d)\./);
    const straight = await attempt(tinyRequest(join(root, 'other')));
    expect(numbersOf(result?.metrics)).toEqual(numbersOf(straight.result?.metrics));
  });

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
      const training = service({ threads: 2 });
      let asked = 0;
      const { error } = await attempt(
        request,
        (step, controller) => {
          if (step !== 1) return;
          // Its second step blocks the trainer for seconds.
          setTimeout(() => {
            asked = performance.now();
            controller.abort();
          }, 1000);
        },
        training,
      );
      console.log(`cancelled after ${String(Math.round(performance.now() - asked))} ms`);
      expect(error).toMatchObject({ code: 'cancelled' });
      expect(trainersOf(process.pid)).toEqual([]);
      const stop = (_: number, controller: AbortController): void => controller.abort();
      const resumed = await attempt(request, stop, training);
      expect(resumed.logs[0]).toMatch(/Goes on from the checkpoint of step 1\./);
    },
    900_000,
  );
});

describe('evaluation in a trainer', () => {
  it('gives each text its loss, with adapters added', async () => {
    const request = tinyRequest(root, { evaluation: tinyTexts(5, 20) });
    const { result } = await attempt(request);
    const info = result?.adapter;
    if (info === undefined) throw new Error('no adapter');
    const examples = [
      ...request.evaluation,
      { id: 'nothing counted', tokens: [1, 2, 3], trained: [1 as const, 0 as const, 0 as const] },
    ];
    const evaluate = async (weight: number): Promise<number> => {
      const losses = await service().evaluate(
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
    const evaluation = service().evaluate(
      { model: tinyModel, adapters: [], examples: tinyTexts(400, 40), device: 'cpu' },
      { signal: AbortSignal.timeout(300), progress: () => undefined },
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
      const trainer = startTrainer({
        message(raw) {
          message(raw);
          if (readLog(raw)?.includes('rows at once') === true) trainer.kill();
        },
        exit: () => exit(ranOut),
      });
      return trainer;
    };
    const training = (start: StartTrainer) =>
      createTraining({
        startTrainer: start,
        resolveModel: ({ path = '' }) => Promise.resolve(path),
        resolveEncoder: () => Promise.reject(new Error('Nothing is encoded here.')),
        ...{ threads: 1, scratchFolder: join(root, 'scratch'), memory: 3e9 },
      });
    const first = await attempt(request, undefined, training(dying));
    expect(first.error).toMatchObject({ code: 'out-of-memory' });
    const second = await attempt(request, undefined, training(startTrainer));
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
      (await attempt(request, undefined, service(options))).error;
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
