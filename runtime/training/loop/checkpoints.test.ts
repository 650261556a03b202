import { execFileSync } from 'node:child_process';
import { readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openBaseModel } from '../architectures/base-model.ts';
import { fixture } from '../testing/golden.ts';
import {
  attempt,
  lora,
  losses,
  newFolder,
  numbersOf,
  removeFolders,
  request,
  texts,
} from '../testing/loop-fixture.ts';
import { memoryOf } from './run-shapes.ts';
import { planTraining, trainableShapes } from './training-plan.ts';

afterAll(removeFolders);

const change = { evaluation: texts.slice(0, 2), evaluateEvery: 4 };

/** Ends an attempt after a step, with a cancellation, which leaves a checkpoint, or as a crash would. */
const endAfter = (last: number, how: 'cancelled' | 'crashed') => ({
  watch: (row: { series: string; step?: number | undefined }, controller: AbortController) => {
    if (row.series !== 'train' || row.step !== last) return;
    if (how === 'cancelled') controller.abort();
    else throw new Error('crash');
  },
});

async function runFolder(checkpoints: string): Promise<string> {
  const [name = ''] = await readdir(checkpoints);
  return path.join(checkpoints, name);
}
const stepsIn = async (folder: string): Promise<string[]> =>
  (await readdir(folder)).filter((name) => name.startsWith('step-')).sort();

describe('a training that was interrupted', () => {
  it.each([
    ['cancelled', 5, 5],
    ['cancelled', 8, 8],
    ['crashed', 5, 3],
    ['crashed', 8, 6],
    ['crashed', 2, 0],
  ] as const)('goes on bit for bit when it was %s after step %d', async (how, last, from) => {
    const straight = await attempt({ change });
    const checkpoints = await newFolder();
    const broken = await attempt({ change, checkpoints, ...endAfter(last, how) });
    expect(broken.error).toBeDefined();
    const resumed = await attempt({ change, checkpoints });
    expect(resumed.error).toBeUndefined();
    expect(losses(resumed.rows)).toHaveLength(12 - from);
    expect(numbersOf(resumed.metrics ?? [])).toEqual(numbersOf(straight.metrics ?? []));
    expect(resumed.parameters).toEqual(straight.parameters);
  });

  it('drops the same in what is left, and keeps magnitudes', async () => {
    const method = { ...lora, dora: true, dropout: 0.3 };
    // Several micro-batches a step, each with masks of its own.
    const dropping = { ...change, method, microBatch: 2 };
    const straight = await attempt({ change: dropping });
    const checkpoints = await newFolder();
    await attempt({ change: dropping, checkpoints, ...endAfter(5, 'cancelled') });
    const resumed = await attempt({ change: dropping, checkpoints });
    expect(resumed.error).toBeUndefined();
    expect(numbersOf(resumed.metrics ?? [])).toEqual(numbersOf(straight.metrics ?? []));
    expect(resumed.parameters).toEqual(straight.parameters);
    expect(
      resumed.parameters?.get('model.layers.0.mlp.up_proj.lora_magnitude_vector'),
    ).toBeDefined();
    const without = await attempt({ change: { ...dropping, method: { ...method, dropout: 0 } } });
    expect(losses(without.rows)).not.toEqual(losses(straight.rows));
  });

  it('goes on from many interruptions', async () => {
    const checkpoints = await newFolder();
    for (const step of [1, 4, 5, 9]) {
      await attempt({ change, checkpoints, ...endAfter(step, 'cancelled') });
    }
    const resumed = await attempt({ change, checkpoints });
    expect(losses(resumed.rows)).toHaveLength(3);
    const straight = await attempt({ change });
    expect(numbersOf(resumed.metrics ?? [])).toEqual(numbersOf(straight.metrics ?? []));
  });

  it('keeps the micro-batch that it began with, unless a smaller one is asked for', async () => {
    const cut = { ...change, microBatch: 3, packing: true, batch: 5 };
    const straight = await attempt({ change: cut });
    const checkpoints = await newFolder();
    await attempt({ change: cut, checkpoints, ...endAfter(2, 'cancelled') });
    const resumed = await attempt({ change: { ...cut, microBatch: 0 }, checkpoints });
    expect(numbersOf(resumed.metrics ?? [])).toEqual(numbersOf(straight.metrics ?? []));

    const other = await newFolder();
    await attempt({ change: cut, checkpoints: other, ...endAfter(2, 'cancelled') });
    const smaller = await attempt({ change: { ...cut, microBatch: 1 }, checkpoints: other });
    expect(smaller.logs[0]).toMatch(/other programs than before, as requested/);
    for (const [i, loss] of losses(smaller.metrics ?? []).entries()) {
      expect(loss).toBeCloseTo(losses(straight.metrics ?? [])[i] ?? NaN, 3);
    }
  });

  it('makes its micro-batch smaller where the memory has become too little', async () => {
    const cut = { ...change, microBatch: 4 };
    const checkpoints = await newFolder();
    await attempt({ change: cut, checkpoints, ...endAfter(2, 'cancelled') });
    const base = await openBaseModel(fixture('llama'));
    const asked = { ...request, ...cut, checkpoints };
    const plan = planTraining(base, asked);
    const trainable = trainableShapes(base, asked);
    const shapes = { size: 4, buckets: [32], recompute: false };
    const memory = memoryOf({ base, plan, trainable }, shapes) - 1;
    const { logs, rows } = await attempt({ change: cut, checkpoints, memory });
    expect(losses(rows)).toHaveLength(10);
    expect(logs[0]).toMatch(/no longer fit into memory/);
  });

  it('has its result at once when all steps were made', async () => {
    const checkpoints = await newFolder();
    const first = await attempt({ change, checkpoints });
    const again = await attempt({ change, checkpoints });
    expect(again.rows).toEqual([]);
    expect(again.parameters).toEqual(first.parameters);
    expect(again.metrics).toEqual(first.metrics);
  });

  it('keeps counting the evaluations that brought nothing', async () => {
    const idle = { ...change, evaluateEvery: 1, patience: 3, learningRate: 0 };
    const checkpoints = await newFolder();
    await attempt({ change: idle, checkpoints, ...endAfter(3, 'cancelled') });
    const { metrics = [], logs } = await attempt({ change: idle, checkpoints });
    expect(losses(metrics)).toHaveLength(4);
    expect(logs.join()).toMatch(/Stops at step 4/);
  });
});

describe('a checkpoint', () => {
  it('is kept with the one before it', async () => {
    const checkpoints = await newFolder();
    await attempt({ change, checkpoints });
    const folder = await runFolder(checkpoints);
    expect(await stepsIn(folder)).toEqual(['step-00000009', 'step-00000012']);
    const bests = (await readdir(folder)).filter((name) => name.startsWith('best-'));
    expect(bests.length).toBeLessThanOrEqual(2);
  });

  it.each([
    ['truncated', (folder: string) => truncate(path.join(folder, 'tensors.safetensors'), 1000)],
    ['without its state', (folder: string) => rm(path.join(folder, 'state.json'))],
    ['of other bytes', (folder: string) => flip(path.join(folder, 'tensors.safetensors'))],
    ['of half a state', (folder: string) => truncate(path.join(folder, 'state.json'), 100)],
  ])('that is %s gives way to the one before it', async (_, damage) => {
    const straight = await attempt({ change });
    const checkpoints = await newFolder();
    await attempt({ change, checkpoints, ...endAfter(10, 'crashed') });
    const folder = await runFolder(checkpoints);
    expect(await stepsIn(folder)).toEqual(['step-00000006', 'step-00000009']);
    await damage(path.join(folder, 'step-00000009'));
    const resumed = await attempt({ change, checkpoints });
    expect(resumed.logs[0]).toMatch(/Graft cannot use the checkpoint of step 9: /);
    expect(losses(resumed.rows)).toHaveLength(6);
    expect(numbersOf(resumed.metrics ?? [])).toEqual(numbersOf(straight.metrics ?? []));
  });

  it('of other parameters is left alone, and said to be there', async () => {
    const checkpoints = await newFolder();
    await attempt({ change, checkpoints, ...endAfter(5, 'cancelled') });
    const other = await attempt({ change: { ...change, seed: 9, batch: 6 }, checkpoints });
    expect(other.logs[0]).toMatch(
      /another training, which differs in batch, seed\. .* from the beginning/,
    );
    expect(losses(other.rows)).toHaveLength(8);
    // The first one can still be gone on with.
    const resumed = await attempt({ change, checkpoints });
    expect(losses(resumed.rows)).toHaveLength(7);
  });

  it('is left by a training that ran into numbers that are none', async () => {
    const checkpoints = await newFolder();
    const wild = { learningRate: 1e18, warmup: 0, clip: 0, checkpointEvery: 1 };
    const { error, rows } = await attempt({ change: wild, checkpoints });
    expect(error).toMatchObject({ code: 'bad-input' });
    expect(await stepsIn(await runFolder(checkpoints))).toHaveLength(Math.min(2, rows.length));
  });

  it('is not written on a full disk, and the one before stays as it was', async ({ skip }) => {
    const checkpoints = await newFolder();
    try {
      const mount = ['-t', 'tmpfs', '-o', 'size=700k', 'tmpfs', checkpoints];
      execFileSync('mount', mount, { stdio: 'ignore' });
    } catch {
      return skip('mounting a tmpfs needs root');
    }
    try {
      await attempt({ change, checkpoints, ...endAfter(4, 'crashed') });
      await writeFile(path.join(checkpoints, 'filler'), '');
      await fillUp(path.join(checkpoints, 'filler'));
      const { error } = await attempt({ change, checkpoints });
      expect(error).toMatchObject({
        code: 'no-space',
        message: expect.stringMatching(/training continues from the intact one of step 3/),
      });
      await rm(path.join(checkpoints, 'filler'));
      const resumed = await attempt({ change, checkpoints });
      expect(losses(resumed.rows)).toHaveLength(9);
      const straight = await attempt({ change });
      expect(numbersOf(resumed.metrics ?? [])).toEqual(numbersOf(straight.metrics ?? []));
    } finally {
      execFileSync('umount', [checkpoints]);
    }
  });
});

async function flip(file: string): Promise<void> {
  const bytes = await readFile(file);
  bytes[bytes.length - 5] = (bytes[bytes.length - 5] ?? 0) ^ 1;
  await writeFile(file, bytes);
}

async function fillUp(file: string): Promise<void> {
  const block = Buffer.alloc(4096);
  await expect(
    (async () => {
      for (;;) await writeFile(file, block, { flag: 'a' });
    })(),
  ).rejects.toMatchObject({ code: 'ENOSPC' });
}
