import { z } from 'zod';
import { shownProblem } from './shown-paths.ts';
import { procedure, router } from './trpc.ts';

const modelInput = z.object({ id: z.string().min(1).max(300) });

export const modelsRouter = router({
  /** The catalogue's models with what each would take of this machine. */
  offered: procedure.query(({ ctx }) => ctx.workspace.localModels.offered()),
  downloads: procedure.query(({ ctx: { workspace } }) =>
    workspace.localModels.downloads().map(({ problem, ...download }) => ({
      ...download,
      ...(problem === undefined ? {} : { problem: shownProblem(problem, workspace.root) }),
    })),
  ),
  /** It goes on when the page is closed. `consent`: the person has accepted the licence. */
  download: procedure
    .input(modelInput.extend({ consent: z.boolean().default(false) }))
    .mutation(({ ctx, input }) => ctx.workspace.localModels.download(input.id, input.consent)),
  cancelDownload: procedure
    .input(modelInput)
    .mutation(({ ctx, input }) => ctx.workspace.localModels.cancel(input.id)),
});
