import { z } from 'zod';
import { isInnerPath } from '../base/names.ts';

/**
 * How a text's token vectors become one vector: `cls` takes the first, `last` the last, `max` the largest of each
 * component, `mean` their mean, `mean-sqrt` their sum over the root of their number, `weighted-mean` their mean weighted
 * by position from 1.
 */
export const poolings = ['mean', 'cls', 'max', 'last', 'weighted-mean', 'mean-sqrt'] as const;
export const poolingSchema = z.enum(poolings);
export type Pooling = z.infer<typeof poolingSchema>;

/** Functions after a dense layer, by the names that PyTorch gives them. */
export const activations = ['Identity', 'Tanh', 'ReLU', 'GELU', 'Sigmoid', 'SiLU'] as const;

/** A linear layer after pooling. */
export const denseLayerSchema = z.object({
  /** A safetensors file below the model's folder: `linear.weight` [out, in] and perhaps `linear.bias`. */
  weights: z.string().refine(isInnerPath, 'leads outside the folder of the model'),
  activation: z.enum(activations),
});

/** Text before each text; the empty text: nothing. */
const prompt = z.string().max(4096).default('');

/**
 * How an embedder makes one vector of a text, as sentence-transformers describes it. Graft always normalises vectors,
 * so a layout need not say it.
 */
export const embeddingLayoutSchema = z.object({
  /** Several: their vectors one after the other. */
  pooling: z.array(poolingSchema).min(1).max(poolings.length).default(['mean']),
  prompts: z.object({ question: prompt, passage: prompt }).default({ question: '', passage: '' }),
  /** Whether pooling counts the tokens of the prompt. */
  includePrompt: z.boolean().default(true),
  /** Linear layers after pooling, in order. */
  dense: z.array(denseLayerSchema).max(8).default([]),
});
export type EmbeddingLayout = z.infer<typeof embeddingLayoutSchema>;

/** Of an embedder whose entry states none: the mean over all tokens, without prompts. */
export const plainLayout: EmbeddingLayout = embeddingLayoutSchema.parse({});

/** What a step embeds: models may put other prompts before questions than before passages. */
export type EmbeddedTexts = 'questions' | 'passages';

/** The model's own prompt for these texts. */
export function promptFor(
  { prompts }: Pick<EmbeddingLayout, 'prompts'> = plainLayout,
  texts: EmbeddedTexts,
): string {
  return texts === 'questions' ? prompts.question : prompts.passage;
}

/** Why Graft cannot train an embedder: what of its layout training lacks; undefined if nothing. */
export function untrainablePart(layout: EmbeddingLayout = plainLayout): string | undefined {
  const { pooling, dense, prompts } = layout;
  if (pooling.join() !== 'mean') return `${pooling.join(' and ')} pooling`;
  if (dense.length > 0) return 'a dense layer after pooling';
  return prompts.question === '' && prompts.passage === '' ? undefined : 'prompts before texts';
}
