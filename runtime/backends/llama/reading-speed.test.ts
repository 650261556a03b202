import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GgufBytes } from '@graft/kit/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { quickSizeOf } from '../residency/quick-size.ts';
import { quickFormOf, readsQuicker, type QuickForm } from './reading-speed.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'graft-reading-speed-'));
});
afterAll(async () => rm(folder, { recursive: true }));

/** ggml's number, and bytes of 256 numbers. */
const types = {
  F32: [0, 1024],
  F16: [1, 512],
  Q4_0: [2, 144],
  Q4_1: [3, 160],
  Q5_0: [6, 176],
  Q8_0: [8, 272],
  Q4_K: [12, 144],
  Q6_K: [14, 210],
} as const;

/** What is chosen for a file of square matrices of 256, a layer of each of these types. */
async function chosen(
  layers: readonly (keyof typeof types)[],
  { split = false, head = 'Q8_0' as keyof typeof types } = {},
): Promise<QuickForm | undefined> {
  const bytes = GgufBytes.head(BigInt(layers.length + 1), split ? 1n : 0n);
  if (split) bytes.text('split.count').u32(4).u32(2);
  let offset = 0;
  const add = (name: string, type: keyof typeof types): void => {
    const [number, row] = types[type];
    bytes.matrix(name, [256, 256], { type: number, offset });
    offset = 32 * Math.ceil((offset + 256 * row) / 32);
  };
  add('token_embd.weight', head);
  for (const [at, type] of layers.entries()) add(`blk.${String(at)}.ffn_up.weight`, type);
  const path = join(folder, `${layers.join()} ${String(split)} ${head}.gguf`);
  await writeFile(path, bytes.zeros(offset + 64).bytes());
  return quickFormOf({ id: 'm', path, digest: 'd', size: 0 });
}

it('is Q8_0 for the encodings that are read more slowly, and says how much that gains', async () => {
  expect(await chosen(['Q4_1', 'Q4_1'])).toEqual({
    ...{ encoding: 'Q8_0', madeFrom: 'Q4_1', quicker: 2 },
  });
  const path = join(folder, 'Q4_1,Q4_1 false Q8_0.gguf');
  expect(await quickSizeOf({ path })).toBe(3 * 272 * 256);
  expect((await chosen(['F16']))?.quicker).toBeCloseTo(1 / 0.45);
  expect((await chosen(['F32', 'F32', 'Q4_1']))?.madeFrom).toBe('F32');
  expect((await chosen(['Q6_K']))?.quicker).toBeCloseTo(1 / 0.63);
});

it('is the published file where that is as quick, or hardly slower', async () => {
  expect(await chosen(['Q8_0'])).toBeUndefined();
  expect(await chosen(['Q4_0'])).toBeUndefined();
  expect(await chosen(['Q4_K', 'Q4_K', 'Q4_K', 'Q6_K'])).toBeUndefined();
  expect(await chosen(['Q8_0'], { head: 'F16' })).toBeUndefined();
});

it('is the published file in several parts, or with a type that cannot be written anew', async () => {
  expect(await chosen(['Q4_1'], { split: true })).toBeUndefined();
  expect(await chosen(['Q4_1', 'Q5_0'])).toBeUndefined();
});

it('converts matrices only that llama.cpp quantises in every architecture', () => {
  const anew = (name: string): boolean => readsQuicker({ name, typeName: 'F32' });
  for (const name of ['token_embd', 'output', 'blk.0.attn_q', 'blk.11.ffn_down_exps']) {
    expect(anew(`${name}.weight`)).toBe(true);
  }
  for (const name of ['blk.0.ffn_gate_inp', 'blk.0.attn_norm', 'blk.0.ssm_conv1d', 'output_norm']) {
    expect(anew(`${name}.weight`)).toBe(false);
  }
  expect(anew('blk.0.attn_q.bias')).toBe(false);
  expect(readsQuicker({ name: 'blk.0.attn_q.weight', typeName: 'Q4_0' })).toBe(false);
});
