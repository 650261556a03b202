import { itemCountsSchema } from '@graft/graph';
import { z } from 'zod';

/** What the benchmark reads of the last line of `graft run --json`. */
export const runFinishedSchema = z.object({
  type: z.literal('run.finished'),
  status: z.literal('succeeded'),
  steps: z.array(
    z.object({
      node: z.string(),
      status: z.string(),
      ms: z.number(),
      items: itemCountsSchema.optional(),
    }),
  ),
});
export type RunFinished = z.infer<typeof runFinishedSchema>;
