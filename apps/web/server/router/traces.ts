import { artifactRefSchema, digestSchema, traceParts } from '@graft/graph';
import { z } from 'zod';
import { procedure, router } from './trpc.ts';

const ofInput = z.object({ run: z.string().min(1).max(200), answers: artifactRefSchema });

/** Where wrong answers of a run were lost, and one question's way through the run's nodes. */
export const tracesRouter = router({
  /** Null without hits on the way, or if the run's record is gone. */
  summary: procedure
    .input(ofInput)
    .query(
      async ({ ctx, input, signal }) => (await ctx.workspace.traces.summary(input, signal)) ?? null,
    ),
  /** Traces of some answers, by their numbers from 0. */
  pick: procedure
    .input(ofInput.extend({ numbers: z.array(z.number().int().nonnegative()).max(500) }))
    .query(({ ctx, input, signal }) => ctx.workspace.traces.pick(input, input.numbers, signal)),
  /** The trace of one answer, by its id; null if there is none. */
  find: procedure
    .input(ofInput.extend({ id: z.string().max(2_000) }))
    .query(
      async ({ ctx, input, signal }) =>
        (await ctx.workspace.traces.find(input, input.id, signal)) ?? null,
    ),
  /** The numbers of the rows that a part of the wrong answers has in an output on their way. */
  rows: procedure
    .input(ofInput.extend({ station: digestSchema, part: z.enum(traceParts) }))
    .query(({ ctx, input, signal }) => ctx.workspace.traces.rowsOf(input, input, signal)),
});
