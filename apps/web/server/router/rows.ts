import { rowTypeIds } from '@graft/graph';
import { z } from 'zod';
import { pathInput, textInput } from './graphs.ts';
import { procedure, router } from './trpc.ts';

/** Bytes of a file of rows that the page edits: its editor holds all of them. */
const limit = { atMost: 4_000_000 };

/** Frozen rows, edited by hand. The workspace refuses every file that is none. */
export const rowsRouter = router({
  read: procedure
    .input(z.object({ file: pathInput }))
    .query(({ ctx, input }) => ctx.workspace.frozen.read(input.file, limit)),
  /** Refused with `bad-row` for what is no row of the type, `stale-save` when the file is no longer at revision `base`. */
  save: procedure
    .input(
      z.object({
        file: pathInput,
        text: textInput,
        base: z.string(),
        type: z.enum(rowTypeIds),
        written: z.number().int().nonnegative(),
      }),
    )
    .mutation(async ({ ctx, input }) => {
      const { revision } = await ctx.workspace.frozen.save(input, limit);
      return { revision };
    }),
});
