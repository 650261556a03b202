import { z } from 'zod';
import { pathInput, textInput } from './graphs.ts';
import { procedure, router } from './trpc.ts';

/** Bytes of a file of labels that the page edits: it holds all of them. */
const limit = { atMost: 4_000_000 };

/** What people say of answers. The workspace refuses every file that is not for that. */
export const labelsRouter = router({
  /** Empty, with an empty revision, where there is no such file yet. */
  read: procedure
    .input(z.object({ file: pathInput }))
    .query(({ ctx, input }) => ctx.workspace.labels.read(input.file, limit)),
  /** Refused with `bad-row` for a line that is no label, `stale-save` when the file is no longer at revision `base`. */
  save: procedure
    .input(z.object({ file: pathInput, text: textInput, base: z.string() }))
    .mutation(async ({ ctx, input }) => {
      const { revision } = await ctx.workspace.labels.save(input, limit);
      return { revision };
    }),
});
