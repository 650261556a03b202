import { parseGraph, serializeGraph } from '@graft/graph';
import { copiesFolder } from '@graft/workspace';
import { z } from 'zod';
import { procedure, router } from './trpc.ts';

/** A path below the workspace, which itself refuses paths that lead outside. */
export const pathInput = z
  .string()
  .min(1, 'no file is named')
  .max(1_000, 'longer than the path of a file may be, which is 1,000 characters');
/** 40 MB hold a graph of 100,000 nodes. */
export const textInput = z.string().max(40_000_000);

export const graphsRouter = router({
  list: procedure.query(({ ctx }) => ctx.workspace.graphs.list()),
  read: procedure
    .input(z.object({ path: pathInput }))
    .query(async ({ ctx: { workspace }, input }) => {
      const file = await workspace.graphs.read(input.path);
      return { ...file, example: await workspace.examples.origin(file.path) };
    }),
  /** The path of the link that opens the graph for questions only; null where no token is asked for. */
  askLink: procedure.input(z.object({ path: pathInput })).query(async ({ ctx, input }) => {
    const { path } = await ctx.workspace.graphs.read(input.path);
    return ctx.askPath?.(path) ?? null;
  }),
  /** Refused with `stale-save` if the file is no longer at revision `base`. */
  save: procedure
    .input(z.object({ path: pathInput, text: textInput, base: z.string().nullable() }))
    .mutation(async ({ ctx: { workspace }, input: { path, text, base } }) =>
      workspace.graphs.save(path, await workspace.locks.saved(text, path), base),
    ),
  /** The lock of a text for all sources as they are now, to accept changed sources. */
  lock: procedure
    .input(z.object({ path: pathInput, text: textInput }))
    // A mutation only because the text travels in the body; it changes nothing.
    .mutation(({ ctx, input }) =>
      ctx.workspace.locks.taken(parseGraph(input.text, input.path), input.path),
    ),
  /** The examples that come with Graft. */
  examples: procedure.query(({ ctx }) => ctx.workspace.examples.list()),
  /** The examples that have a node of a type. */
  exampleUses: procedure
    .input(z.object({ type: z.string().max(200) }))
    .query(({ ctx, input }) => ctx.workspace.examples.uses(input.type)),
  /** The graph of an example as it came with Graft. */
  exampleText: procedure
    .input(z.object({ path: pathInput }))
    .query(({ ctx, input }) => ctx.workspace.examples.text(input.path)),
  /** Saves a changed example as a file of its own, so that the example stays as it came. */
  saveExampleCopy: procedure
    .input(z.object({ path: pathInput, text: textInput }))
    .mutation(async ({ ctx: { workspace }, input }) => {
      const path = `${copiesFolder}/${input.path}`;
      return workspace.graphs.saveNew(path, await workspace.locks.saved(input.text, path));
    }),
  /** The measured tables of an example, by experiment. */
  exampleTables: procedure
    .input(z.object({ path: pathInput }))
    .query(({ ctx, input }) => ctx.workspace.examples.tables(input.path)),
  /** What the variants of one of its experiments answered when it was measured. */
  exampleAnswers: procedure
    .input(z.object({ path: pathInput, experiment: z.string().max(200) }))
    .query(({ ctx, input }) => ctx.workspace.examples.answers(input.path, input.experiment)),
  copyExample: procedure
    .input(z.object({ path: pathInput }))
    .mutation(({ ctx, input }) => ctx.workspace.examples.copy(input.path)),
  /** The text of a graph file that a lock refers to, by its digest. */
  kept: procedure
    .input(z.object({ digest: z.string().max(100) }))
    .query(async ({ ctx, input }) =>
      serializeGraph(await ctx.workspace.keptGraphs.require(input.digest)),
    ),
  /** The revision guards rename and delete, too: no change from outside is lost unseen. */
  rename: procedure
    .input(z.object({ from: pathInput, to: pathInput, base: z.string() }))
    .mutation(({ ctx, input }) => ctx.workspace.graphs.rename(input.from, input.to, input.base)),
  copy: procedure
    .input(z.object({ from: pathInput, to: pathInput }))
    .mutation(({ ctx, input }) => ctx.workspace.graphs.copy(input.from, input.to)),
  delete: procedure
    .input(z.object({ path: pathInput, base: z.string() }))
    .mutation(({ ctx, input }) => ctx.workspace.graphs.delete(input.path, input.base)),
  /** Undoes a deletion. */
  restore: procedure
    .input(z.object({ trashId: z.string().max(100) }))
    .mutation(({ ctx, input }) => ctx.workspace.graphs.restore(input.trashId)),
});

const packageInput = z.object({ id: z.string().min(1).max(300) });

export const packagesRouter = router({
  /** The parts that a package of the file can hold, with sizes. */
  contents: procedure
    .input(z.object({ file: pathInput }))
    .query(({ ctx, input }) => ctx.workspace.packages.contents(input.file)),
  /** The most bytes of a package that the page may upload. */
  limit: procedure.query(({ ctx }) => ctx.largestPackage),
  list: procedure.query(({ ctx }) => ctx.workspace.packages.list()),
  trust: procedure
    .input(packageInput)
    .mutation(({ ctx, input }) => ctx.workspace.packages.trust(input.id)),
});
