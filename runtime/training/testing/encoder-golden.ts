import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { fixture } from './golden.ts';

const numbers = z.array(z.number());
const rows = z.array(numbers);
const count = z.number().int();
const goldenSchema = z.object({
  shape: z.object({
    pairs: count,
    negatives: count,
  }),
  texts: z.object({ tokens: rows, mask: rows, types: rows }),
  batches: z.array(z.array(z.object({ question: numbers, passage: numbers, negatives: rows }))),
  fullLosses: numbers,
  loraLosses: numbers,
});
export type EncoderGolden = z.infer<typeof goldenSchema>;

/** Encoders with fixtures, made by make_encoders.py, and how they were trained. */
export const encoderCases = {
  bert: {
    lora: { rank: 4, alpha: 8, rankStabilized: false, targets: ['all-linear'] },
    rates: { full: 2e-3, lora: 1e-2 },
  },
  minilm: {
    lora: { rank: 2, alpha: 4, rankStabilized: false, targets: ['query', 'value'] },
    rates: { full: 1e-5, lora: 1e-3 },
  },
} as const;
export type EncoderCase = keyof typeof encoderCases;

export async function readEncoderGolden(name: EncoderCase): Promise<EncoderGolden> {
  return goldenSchema.parse(JSON.parse(await readFile(fixture(name, 'golden.json'), 'utf8')));
}
