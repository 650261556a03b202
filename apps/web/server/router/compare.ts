import { artifactRefSchema } from '@graft/graph';
import { rowFilters } from '@graft/workspace';
import { z } from 'zod';
import { mostSides } from '@graft/view';
import { compareRuns } from '../compare/compare-runs.ts';
import { shownTable } from './shown-paths.ts';
import { procedure, router } from './trpc.ts';

const sidesInput = z.object({
  sides: z
    .array(
      z.object({ run: z.string().min(1).max(200), node: z.string().min(1).max(500).optional() }),
    )
    .min(2)
    .max(mostSides),
});

/** Runs, or one node of each, side by side. The first is the baseline. */
export const compareRouter = router({
  overview: procedure
    .input(sidesInput)
    .query(({ ctx, input }) => compareRuns(ctx.workspace, input.sides)),
  /** Their metrics as the table of an experiment; null without metrics of single items. */
  metrics: procedure.input(sidesInput).query(async ({ ctx: { workspace }, input }) => {
    const table = await workspace.comparisons.table(input.sides);
    return table === undefined ? null : shownTable(table, workspace.root);
  }),
  /** Rows of an output, joined by id. */
  rows: procedure
    .input(
      z.object({
        artifacts: z.array(artifactRefSchema.nullable()).min(2).max(mostSides),
        filter: z.enum(rowFilters),
        offset: z.number().int().nonnegative(),
        limit: z.number().int().min(1).max(50),
      }),
    )
    .query(({ ctx, input, signal }) => ctx.workspace.comparisons.rows(input, signal)),
});
