import { z } from 'zod';

/** A variant that left the race, and what it lay behind. */
export const raceDropSchema = z.object({
  variant: z.string(),
  /** The best so far, which it lies below. */
  behind: z.string(),
  /** Variant − best, over the questions that both have. */
  difference: z.number(),
  /** Of `confidence`: adjusted for all looks and all pairs with one variant. */
  interval: z.tuple([z.number(), z.number()]),
  confidence: z.number(),
  /** Questions that both have. */
  n: z.number().int(),
});
export type RaceDrop = z.infer<typeof raceDropSchema>;
