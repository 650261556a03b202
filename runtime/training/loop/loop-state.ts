import { metricRowSchema } from '@graft/graph';
import { z } from 'zod';

const count = z.number().int().nonnegative();

/** The state of a training besides its tensors. Orders and random numbers follow from the seed and the step. */
export const loopStateSchema = z.object({
  /** Optimizer steps done. */
  step: count,
  /** Tokens read so far, without padding. */
  tokens: count,
  /** Step of the last evaluation; -1: none yet. */
  evaluatedAt: z.number().int(),
  /** Evaluations since the best one. */
  worse: count,
  best: z.object({ step: count, loss: z.number() }).nullable(),
  metrics: z.array(metricRowSchema),
});
export type LoopState = z.infer<typeof loopStateSchema>;

const rowsSchema = z
  .array(z.object({ batch: z.number().int().positive(), length: z.number().int().positive() }))
  .min(1)
  .readonly();

/** The division into programs: a resumed run keeps it, because sums would round differently. */
export const runShapesSchema = z.object({
  /** Rows of a micro-batch. */
  size: z.number().int().positive(),
  /** Row lengths, ascending. */
  buckets: z.array(z.number().int().positive()).min(1),
  /** If rows are pairs: the rows of each program, in groups of one length. */
  pairs: z
    .array(z.object({ questions: rowsSchema, passages: rowsSchema }))
    .min(1)
    .readonly()
    .optional(),
  /** Whether the backward pass recomputes layers. */
  recompute: z.boolean(),
});
export type RunShapes = z.infer<typeof runShapesSchema>;

export function startState(): LoopState {
  return { step: 0, tokens: 0, evaluatedAt: -1, worse: 0, best: null, metrics: [] };
}
