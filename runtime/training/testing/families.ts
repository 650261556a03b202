import { z } from 'zod';
import proved from '../golden/fixtures/families/proved.json' with { type: 'json' };

/** The checkpoints of make_families.py, and what is peculiar to each. */
export const families = {
  llama3: {
    title: 'Llama 3',
    peculiarities: 'grouped queries, RoPE scaling `llama3`, separate head',
  },
  'llama3-tied': {
    title: 'Llama 3.2',
    peculiarities: 'grouped queries, RoPE scaling `llama3`, tied head',
  },
  'qwen2.5': {
    title: 'Qwen 2.5',
    peculiarities: 'grouped queries, biases of q, k and v, tied head',
  },
  qwen3: {
    title: 'Qwen 3',
    peculiarities: 'norms of q and k, heads wider than width / heads, tied head',
  },
  gemma3: {
    title: 'Gemma 3',
    peculiarities:
      'sliding window and own RoPE base in five of six layers, linear RoPE scaling in the sixth, four norms a layer with 1 + gain, scaled embedding, GELU, tied head',
  },
  mistral: {
    title: 'Mistral',
    peculiarities: 'sliding window, heads wider than width / heads, separate head',
  },
  smollm: {
    title: 'SmolLM',
    peculiarities: 'as many keys as queries, RoPE base 100,000, tied head',
  },
} as const;
export type FamilyName = keyof typeof families;
export const familyNames = Object.keys(families).filter((name): name is FamilyName =>
  Object.hasOwn(families, name),
);

/** Largest differences that pass. */
const bars = {
  logits: 1e-4,
  /** Relative to the largest number of each tensor. */
  gradients: 1e-3,
  tensors: 0,
  logProbabilities: 1e-3,
} as const;
type Measure = keyof typeof bars;

/** The bar for a family. On the CPU llama.cpp takes Gemma's GELU from a table in 16 bits. */
export function barOf(family: FamilyName, measure: Measure): number {
  return family === 'gemma3' && measure === 'logProbabilities' ? 5e-3 : bars[measure];
}

export const comparisons = [
  'forward',
  'lora',
  'quantised',
  'allWeights',
  'peft',
  'llamaCpp',
] as const;
export type Comparison = (typeof comparisons)[number];
/** Largest differences of one comparison, by what is compared. */
export type Differences = Readonly<Partial<Record<Measure, number>>>;

const measureSchema = z.enum(['logits', 'gradients', 'tensors', 'logProbabilities']);
const provedSchema = z.partialRecord(
  z.enum(comparisons),
  z.partialRecord(measureSchema, z.number().nonnegative()),
);

/** What `testing/family-figures.ts` measured last, by comparison. The tests measure each of these again. */
export function provedOf(family: FamilyName): Readonly<Partial<Record<Comparison, Differences>>> {
  return provedSchema.parse(proved[family]);
}

/** Differences above their bars, as text; empty: the comparison passes. */
export function aboveBars(family: FamilyName, differences: Differences): readonly string[] {
  return measureSchema.options.flatMap((measure) => {
    const difference = differences[measure];
    if (difference === undefined || difference <= barOf(family, measure)) return [];
    return [`${family}: ${measure} differ by ${String(difference)}`];
  });
}
