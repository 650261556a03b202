import { artifactRefSchema } from '@graft/graph';
import { z } from 'zod';
import { procedure, router } from './trpc.ts';

export const artifactsRouter = router({
  page: procedure
    .input(
      z.object({
        artifact: artifactRefSchema,
        offset: z.number().int().nonnegative(),
        limit: z.number().int().min(1).max(500),
      }),
    )
    .query(({ ctx, input }) => ctx.workspace.page(input.artifact, input.offset, input.limit)),
});
