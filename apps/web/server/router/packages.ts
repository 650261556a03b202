import { z } from 'zod';
import { pathInput } from './graphs.ts';
import { procedure, router } from './trpc.ts';

const packageInput = z.object({ id: z.string().min(1).max(300) });

export const packagesRouter = router({
  /** What a package of a file could hold, with sizes. */
  contents: procedure
    .input(z.object({ file: pathInput }))
    .query(({ ctx, input }) => ctx.workspace.packages.contents(input.file)),
  /** Bytes of a package that the page may send. */
  limit: procedure.query(({ ctx }) => ctx.largestPackage),
  list: procedure.query(({ ctx }) => ctx.workspace.packages.list()),
  trust: procedure
    .input(packageInput)
    .mutation(({ ctx, input }) => ctx.workspace.packages.trust(input.id)),
});
