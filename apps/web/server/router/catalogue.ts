import { secretStates } from '@graft/workspace';
import { z } from 'zod';
import { procedure, router } from './trpc.ts';

export const catalogueRouter = router({
  models: procedure.query(({ ctx }) => ctx.workspace.models.list()),
  /** The secrets that are set, by name. */
  secrets: procedure.query(() => secretStates()),
  /** What is in a folder of the workspace; `''`: the workspace itself. */
  folder: procedure
    .input(z.object({ path: z.string().max(1_000) }))
    .query(({ ctx, input }) => ctx.workspace.files.list(input.path)),
  /** How many files the patterns of a parameter match, and the first of them. */
  matchFiles: procedure
    .input(z.object({ patterns: z.array(z.string().min(1).max(1_000)).max(100) }))
    .query(({ ctx, input }) => ctx.workspace.sources.match(input.patterns, 8)),
});
