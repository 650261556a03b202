import { z } from 'zod';
import { procedure, router } from './trpc.ts';

/** Below the workspace; the workspace itself refuses what leads outside. */
export const pathInput = z.string().min(1).max(1_000);
/** 40 MB: a graph of 100,000 nodes. */
export const textInput = z.string().max(40_000_000);

export const graphsRouter = router({
  list: procedure.query(({ ctx }) => ctx.workspace.listGraphs()),
  read: procedure
    .input(z.object({ path: pathInput }))
    .query(({ ctx, input }) => ctx.workspace.readGraph(input.path)),
  /** Refused with `stale-save` when the file is no longer at revision `base`. */
  save: procedure
    .input(z.object({ path: pathInput, text: textInput, base: z.string().nullable() }))
    .mutation(({ ctx, input }) => ctx.workspace.saveGraph(input.path, input.text, input.base)),
});
