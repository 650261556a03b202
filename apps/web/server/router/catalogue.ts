import { modelKindSchema } from '@graft/graph';
import { secretStates } from '@graft/workspace';
import { z } from 'zod';
import { procedure, router } from './trpc.ts';
import { shownProblem } from './shown-paths.ts';

export const catalogueRouter = router({
  models: procedure.query(({ ctx }) => ctx.workspace.models.list()),
  /** The names of secrets, and whether they are set. */
  secrets: procedure.query(() => secretStates()),
  /** The content of a folder of the workspace; `''`: the workspace itself. */
  folder: procedure
    .input(z.object({ path: z.string().max(1_000) }))
    .query(({ ctx, input }) => ctx.workspace.files.list(input.path)),
  /** How many files the patterns of a parameter match, and the first few of them. */
  matchFiles: procedure
    .input(z.object({ patterns: z.array(z.string().min(1).max(1_000)).max(100) }))
    .query(({ ctx, input }) => ctx.workspace.sources.match(input.patterns, 8)),
});

const modelInput = z.object({ id: z.string().min(1).max(300) });

export const modelsRouter = router({
  /** The models of the catalogue, with what each needs of this machine. */
  offered: procedure.query(({ ctx }) => ctx.workspace.models.offered()),
  /** The language model to take in place of the small default; null: nobody is to be asked. Waits for the hub. */
  suggested: procedure.query(async ({ ctx }) => (await ctx.workspace.models.suggested()) ?? null),
  /** Decides which model new nodes begin with; null: their own default. */
  prefer: procedure
    .input(z.object({ kind: modelKindSchema, model: modelInput.shape.id.nullable() }))
    .mutation(({ ctx, input }) => ctx.workspace.models.prefer(input.kind, input.model)),
  downloads: procedure.query(({ ctx: { workspace } }) =>
    workspace.models.downloads().map(({ problem, ...download }) => ({
      ...download,
      ...(problem === undefined ? {} : { problem: shownProblem(problem, workspace.root) }),
    })),
  ),
  /** The download goes on after the page is closed. `consent`: the person has accepted the licence. */
  download: procedure
    .input(
      modelInput.extend({
        consent: z.boolean().default(false),
        from: z.object({ source: z.string().max(2_000), size: z.number().optional() }).optional(),
      }),
    )
    .mutation(({ ctx, input: { id, ...options } }) => ctx.workspace.models.download(id, options)),
  /** Imports a model from a path on the server's machine, or `hf:`. Stops when the client has gone. */
  import: procedure
    .input(z.object({ from: z.string().min(1).max(2_000), id: modelInput.shape.id.optional() }))
    .mutation(({ ctx, input, signal }) =>
      ctx.workspace.models.import(input.from, { id: input.id, signal }),
    ),
  cancelDownload: procedure
    .input(modelInput)
    .mutation(({ ctx, input }) => ctx.workspace.models.cancel(input.id)),
});
