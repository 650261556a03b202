import { artifactRefSchema, isRecord } from '@graft/graph';
import { z } from 'zod';
import { pathInput } from './graphs.ts';
import { procedure, router } from './trpc.ts';

/** Rows as sent: long texts may be cut. */
interface RowBeginnings {
  readonly rows: readonly unknown[];
  /** The cut rows, by index in `rows`, and the number of characters of their whole texts. */
  readonly cut: readonly { readonly at: number; readonly characters: number }[];
}

/** Rows with texts cut to `most` characters. */
export function rowBeginnings(rows: readonly unknown[], most = Infinity): RowBeginnings {
  const cut: { at: number; characters: number }[] = [];
  const sent = rows.map((row, at) => {
    if (!isRecord(row) || typeof row['text'] !== 'string' || row['text'].length <= most) return row;
    cut.push({ at, characters: row['text'].length });
    return { ...row, text: row['text'].slice(0, most) };
  });
  return { rows: sent, cut };
}

/** The number of characters after which a text is cut. */
const textAtMost = z.number().int().min(1);

export const pageInput = z.object({
  artifact: artifactRefSchema,
  offset: z.number().int().nonnegative(),
  limit: z.number().int().min(1).max(5_000),
  textAtMost: textAtMost.optional(),
});
export const pickInput = z.object({
  artifact: artifactRefSchema,
  numbers: z.array(z.number().int().nonnegative()).min(1).max(500),
  textAtMost: textAtMost.optional(),
});
export const orderInput = z.object({
  artifact: artifactRefSchema,
  column: z.string().max(100),
  descending: z.boolean(),
});
export const searchInput = z.object({
  artifact: artifactRefSchema,
  text: z.string().min(1).max(1_000),
  from: z.number().int().nonnegative(),
});

export const artifactsRouter = router({
  page: procedure
    .input(pageInput)
    .query(async ({ ctx, input: { artifact, offset, limit, textAtMost: most } }) => {
      const { total, rows } = await ctx.workspace.rows.page(artifact, offset, limit);
      return { total, ...rowBeginnings(rows, most) };
    }),
  /** Rows by id. */
  rows: procedure
    .input(
      z.object({
        artifact: artifactRefSchema,
        ids: z.array(z.string().max(2_000)).min(1).max(100),
      }),
    )
    .query(({ ctx, input }) => ctx.workspace.rows.find(input.artifact, input.ids)),
  /** Rows by number, from 0. */
  pick: procedure
    .input(pickInput)
    .query(async ({ ctx, input: { artifact, numbers, textAtMost: most } }) =>
      rowBeginnings(await ctx.workspace.rows.pick(artifact, numbers), most),
    ),
  /** The numbers of all rows, ordered by a column. */
  order: procedure
    .input(orderInput)
    .query(({ ctx, input: { artifact, column, descending }, signal }) =>
      ctx.workspace.rows.order(artifact, {
        ...{ column, descending },
        ...(signal === undefined ? {} : { signal }),
      }),
    ),
  /**
   * Rows that contain a text, from a row on. Each answer covers a moment's search, so that the first rows come at once.
   */
  search: procedure.input(searchInput).query(({ ctx, input, signal }) =>
    ctx.workspace.rows.search(input.artifact, {
      text: input.text,
      from: input.from,
      limit: 20_000,
      patience: { some: input.from === 0 ? 50 : 250, none: 1_000 },
      ...(signal === undefined ? {} : { signal }),
    }),
  ),
  /** Writes the rows of an output to a file of the workspace, for a node that reads it instead. */
  freeze: procedure
    .input(
      z.object({
        graph: pathInput,
        node: z.string().min(1).max(500),
        port: z.string().min(1).max(200),
        artifact: artifactRefSchema,
      }),
    )
    .mutation(({ ctx, input }) => ctx.workspace.frozen.write(input)),
  /** Positions of embeddings on the map. */
  map: procedure
    .input(z.object({ artifact: artifactRefSchema }))
    .query(({ ctx, input }) => ctx.workspace.maps.of(input.artifact)),
  /** The vectors of the rows on the map, for another layout. */
  vectors: procedure
    .input(z.object({ artifact: artifactRefSchema }))
    .query(({ ctx, input }) => ctx.workspace.maps.vectors(input.artifact)),
  /** Questions on the map, placed by their hits. */
  mapQuestions: procedure
    .input(z.object({ artifact: artifactRefSchema, hits: artifactRefSchema }))
    .query(({ ctx, input }) => ctx.workspace.maps.questions(input.artifact, input.hits)),
  /** How many answers agree with their references. */
  score: procedure
    .input(z.object({ artifact: artifactRefSchema }))
    .query(({ ctx, input }) => ctx.workspace.scores.of(input.artifact)),
});
