import { artifactRefSchema } from '@graft/graph';
import { z } from 'zod';
import { procedure, router } from './trpc.ts';

export const artifactsRouter = router({
  page: procedure
    .input(
      z.object({
        artifact: artifactRefSchema,
        offset: z.number().int().nonnegative(),
        limit: z.number().int().min(1).max(5_000),
      }),
    )
    .query(({ ctx, input }) => ctx.workspace.page(input.artifact, input.offset, input.limit)),
  /** Rows by their ids, wherever in the artifact they are. */
  rows: procedure
    .input(
      z.object({
        artifact: artifactRefSchema,
        ids: z.array(z.string().max(2_000)).min(1).max(100),
      }),
    )
    .query(({ ctx, input }) => ctx.workspace.rows(input.artifact, input.ids)),
});
