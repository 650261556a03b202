import { afterAll, describe, expect, it } from 'vitest';
import { openBaseModel } from '../architectures/base-model.ts';
import { fixture } from '../testing/golden.ts';
import { attempt, losses, lora, removeFolders, request, texts } from '../testing/loop-fixture.ts';
import { chooseShapes, memoryOf, type ShapeRequest } from './run-shapes.ts';
import { planTraining, trainableShapes, type LoopRequest } from './training-plan.ts';

afterAll(removeFolders);

async function shapeRequest(
  change: Partial<LoopRequest> = {},
  memory = 4e9,
): Promise<ShapeRequest> {
  const base = await openBaseModel(fixture('llama'));
  const asked = { ...request, checkpoints: '/nowhere', ...change };
  const plan = planTraining(base, asked);
  return { base, plan, trainable: trainableShapes(base, asked), memory, enough: 4e9 };
}

/** Long rows of the fixtures' context, all alike. */
const long = texts.map(({ id }) => ({
  id,
  tokens: Array.from({ length: 60 }, (_, j) => j),
  trained: Array.from({ length: 60 }, () => 1 as const),
}));
const longRows = { train: long, maxLength: 64, batch: 8 };

describe('the micro-batch', () => {
  it('is the whole batch where there is room', async () => {
    const { shapes } = chooseShapes(await shapeRequest({ ...longRows, batch: 6 }));
    expect(shapes).toEqual({ size: 6, buckets: [64], recompute: false });
  });

  it('is no larger than what makes it quicker, unless that is asked for', async () => {
    const many = Array.from({ length: 4 }, () => long).flat();
    const given = { ...longRows, train: many, batch: 48 };
    const sizeOf = async (change: Partial<LoopRequest>): Promise<number> =>
      chooseShapes(await shapeRequest({ ...given, ...change })).shapes.size;
    expect(await sizeOf({})).toBe(16);
    expect(await sizeOf({ device: 'cuda:0' })).toBe(48);
    expect(await sizeOf({ microBatch: 48 })).toBe(48);
  });

  it('is what was asked for, no more than there is to compute', async () => {
    expect(chooseShapes(await shapeRequest({ ...longRows, microBatch: 3 })).shapes.size).toBe(3);
    expect(chooseShapes(await shapeRequest({ ...longRows, microBatch: 99 })).shapes.size).toBe(8);
  });

  it('does not depend on what is free, as long as there is enough', async () => {
    const given = await shapeRequest({ ...longRows, batch: 6 });
    const whole = memoryOf(given, { size: 6, buckets: [64], recompute: false });
    const small = memoryOf(given, { size: 2, buckets: [64], recompute: false });
    const sizeAt = (memory: number, enough: number): number =>
      chooseShapes({ ...given, memory, enough }).shapes.size;
    expect(sizeAt(4 * whole, whole - 1)).toBeLessThan(6);
    expect(sizeAt(whole, whole - 1)).toBe(sizeAt(4 * whole, whole - 1));
    // Without any that is modest, what fits is taken.
    expect(sizeAt(4 * whole, small / 2)).toBe(6);
  });

  it('shrinks into the memory, then layers are recomputed', async () => {
    const given = await shapeRequest(longRows);
    const needed = (size: number, recompute: boolean): number =>
      memoryOf(given, { size, buckets: [64], recompute });
    const chosen = (memory: number) => chooseShapes({ ...given, memory }).shapes;
    expect(chosen(needed(4, false) - 1)).toMatchObject({ size: 2, recompute: false });
    expect(chosen(needed(1, false))).toMatchObject({ size: 1, recompute: false });
    expect(needed(1, true)).toBeLessThan(needed(1, false));
    expect(chosen(needed(1, false) - 1)).toMatchObject({ size: 1, recompute: true });
  });

  it('does not drown short rows in the padding of long ones', async () => {
    const mixed = [...long.slice(0, 4), ...texts.slice(0, 8)];
    const { shapes } = chooseShapes(await shapeRequest({ ...longRows, train: mixed, batch: 12 }));
    expect(shapes.buckets).toEqual([32, 64]);
    expect([1, 2, 4]).toContain(shapes.size);
  });
});

describe('too little memory', () => {
  it('is refused before the first step, with what is needed and what helps', async () => {
    const { rows, error } = await attempt({ change: longRows, memory: 1e8 });
    expect(rows).toEqual([]);
    expect(error).toMatchObject({
      code: 'out-of-memory',
      audience: 'operator',
      message: expect.stringMatching(
        /needs about 0\.\d GB of memory, but only 0\.1 GB are free .* rows shorter than 59 tokens, a lower rank, a smaller base/,
      ),
    });
    const full = await attempt({ change: { method: { kind: 'full' } }, memory: 1e8 });
    expect(full.error).toMatchObject({ message: expect.stringMatching(/a LoRA instead of full/) });
  });

  it('is told when it makes a micro-batch smaller than what was asked for', async () => {
    const given = await shapeRequest({ ...longRows, microBatch: 8 });
    const memory = memoryOf(given, { size: 2, buckets: [64], recompute: false });
    const change = { ...longRows, microBatch: 8, maxSteps: 1 };
    const { logs, rows } = await attempt({ change, memory });
    expect(losses(rows)).toHaveLength(1);
    expect(logs.join()).toMatch(/Computes 2 rows at once, because 8 do not fit/);
  });

  it('recomputes layers to the same losses', async () => {
    const given = await shapeRequest(longRows);
    const memory = memoryOf(given, { size: 1, buckets: [64], recompute: true });
    const change = { ...longRows, method: lora, maxSteps: 3, microBatch: 1 };
    const [kept, recomputed] = [await attempt({ change }), await attempt({ change, memory })];
    expect(recomputed.logs.join()).toMatch(
      /1 of 8 rows at once, padded to 64 tokens; about 0\.\d GB, with layers recomputed/,
    );
    expect(losses(recomputed.rows)).toHaveLength(3);
    for (const [i, loss] of losses(recomputed.rows).entries()) {
      expect(loss).toBeCloseTo(losses(kept.rows)[i] ?? NaN, 5);
    }
  });
});
