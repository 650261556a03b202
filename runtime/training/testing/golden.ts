import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import type { LoraSpec } from '../architectures/lora-spec.ts';
import { loadWeight } from '../formats/load-weight.ts';
import { readSafetensors } from '../formats/safetensors.ts';
import { sourceOf } from '../formats/tensor-file.ts';
import type { Feeds } from '../ir/executor.ts';

/** The families with fixtures, made by make.py. */
export const families = ['llama', 'llama-biased', 'qwen2', 'qwen3', 'gemma3'] as const;

/** Variants of the method with fixtures: which family, what of LoRA departs, and the rate of B over A's. */
const variants = {
  'llama-dora': { family: 'llama', lora: { dora: true }, ratio: 1 },
  'llama-dropout': { family: 'llama', lora: { dropout: 0.25 }, ratio: 1 },
  'qwen2-dora-dropout': { family: 'qwen2', lora: { dora: true, dropout: 0.25 }, ratio: 4 },
} as const;

export type Case = (typeof families)[number] | keyof typeof variants;

export const cases: readonly Case[] = [
  ...families,
  'llama-dora',
  'llama-dropout',
  'qwen2-dora-dropout',
];

/** How a fixture was made. */
export function caseSettings(name: Case): {
  readonly family: string;
  readonly lora: LoraSpec;
  readonly ratio: number;
} {
  const plain = { rank: 4, alpha: 8, rankStabilized: false, targets: ['all-linear'] };
  if (isFamily(name)) return { family: name, lora: plain, ratio: 1 };
  const { family, lora, ratio } = variants[name];
  return { family, lora: { ...plain, ...lora }, ratio };
}

export function isFamily(name: Case): name is (typeof families)[number] {
  return families.some((family) => family === name);
}

export const goldenShape = { batch: 2, length: 10 } as const;

export function fixture(...parts: readonly string[]): string {
  return path.join(import.meta.dirname, '../golden/fixtures', ...parts);
}

const numbers = z.array(z.number());
const goldenSchema = z.object({
  loss: z.number(),
  batches: z.array(z.object({ tokens: numbers, labels: numbers, weights: numbers })),
  losses: numbers,
  norms: numbers,
  rates: numbers,
});
export type Golden = z.infer<typeof goldenSchema>;

export async function readGolden(family: string): Promise<Golden> {
  return goldenSchema.parse(JSON.parse(await readFile(fixture(family, 'golden.json'), 'utf8')));
}

/** All tensors of a safetensors file as f32. */
export async function readTensors(file: string): Promise<ReadonlyMap<string, Float32Array>> {
  const result = new Map<string, Float32Array>();
  for (const [name, entry] of (await readSafetensors(file)).tensors) {
    result.set(name, await loadWeight(sourceOf(entry), entry.shape));
  }
  return result;
}

/** Feeds of one golden batch: nothing packed. */
export function batchFeeds(batch: Golden['batches'][number]): Feeds {
  const { length } = goldenShape;
  return {
    tokens: Int32Array.from(batch.tokens),
    labels: Int32Array.from(batch.labels),
    weights: Float32Array.from(batch.weights),
    positions: Int32Array.from(batch.tokens, (_, i) => i % length),
    segments: new Int32Array(batch.tokens.length),
  };
}
