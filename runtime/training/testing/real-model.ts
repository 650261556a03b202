import { z } from 'zod';
import proved from '../golden/fixtures/gemma-3-270m/proved.json' with { type: 'json' };

/** The real model of make_real.py: base weights in Q4_K_M, which PEFT trains on these rows. */
export const realModel = {
  rows: 200,
  id: 'gemma-3-270m',
  title: 'Gemma 3 270M',
  file: 'gemma-3-270m-q4_k_m.gguf',
} as const;

/** Largest differences that pass. */
export const realBars = {
  /** Of the loss of a step, relative to it. */
  loss: 1e-4,
  /** Of the norm of a step's gradients, relative to it. */
  norm: 1e-3,
  /** Of log-probabilities of the base. */
  base: 1e-3,
  /** The same with the trained adapter, whose every number two trainings computed on their own. */
  adapted: 5e-3,
  /** llama.cpp beside PEFT, each with its own adapter: on the CPU it looks GELU up in a 16-bit table, in 18 layers. */
  llamaCpp: 2e-2,
} as const;
export type RealMeasure = keyof typeof realBars;

const measure = z.number().nonnegative();
/** What `real-figures.ts` measured last. The soak measures it again. */
export const realProved: Readonly<Record<RealMeasure, number>> = z
  .object({ loss: measure, norm: measure, base: measure, adapted: measure, llamaCpp: measure })
  .parse(proved);
