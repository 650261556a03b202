import { rowTypeIds } from '@graft/graph';
import { z } from 'zod';
import { pathInput, textInput } from './graphs.ts';
import { procedure, router } from './trpc.ts';

/** Bytes of the largest file of rows that the page edits: its editor holds the whole file. */
const limit = { atMost: 4_000_000 };

/** Frozen rows that people edit. The workspace refuses all other files. */
export const rowsRouter = router({
  read: procedure
    .input(z.object({ file: pathInput }))
    .query(({ ctx, input }) => ctx.workspace.frozen.read(input.file, limit)),
  /** Refused with `bad-row` for an invalid row, with `stale-save` if the file is no longer at revision `base`. */
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

/** Labels of answers. The workspace refuses all other files. */
export const labelsRouter = router({
  /** Empty, with an empty revision, if the file does not exist yet. */
  read: procedure
    .input(z.object({ file: pathInput }))
    .query(({ ctx, input }) => ctx.workspace.labels.read(input.file, limit)),
  /** Refused with `bad-row` for an invalid label, with `stale-save` if the file is no longer at revision `base`. */
  save: procedure
    .input(z.object({ file: pathInput, text: textInput, base: z.string() }))
    .mutation(async ({ ctx, input }) => {
      const { revision } = await ctx.workspace.labels.save(input, limit);
      return { revision };
    }),
});
