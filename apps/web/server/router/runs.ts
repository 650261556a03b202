import { parseGraph } from '@graft/graph';
import { z } from 'zod';
import { pathInput, textInput } from './graphs.ts';
import { procedure, router } from './trpc.ts';

const nodeInput = z.string().min(1).max(500);
const runInput = z.string().min(1).max(200);

export const runsRouter = router({
  /** What a run of this text would do, saved or not. Problems are returned, not thrown. */
  plan: procedure
    .input(z.object({ path: pathInput, text: textInput, only: nodeInput.optional() }))
    // A mutation only so that the text travels in the body; it changes nothing.
    .mutation(({ ctx, input }) => {
      const { workspace } = ctx;
      const graph = parseGraph(input.text, input.path);
      const only = input.only === undefined ? {} : { only: input.only };
      return workspace.explain(graph, input.path, only);
    }),
  /** Runs the file as it is saved. */
  start: procedure
    .input(z.object({ path: pathInput, only: nodeInput.optional(), device: z.string().optional() }))
    .mutation(async ({ ctx, input }) => {
      const { workspace } = ctx;
      const { text, revision } = await workspace.readGraph(input.path);
      const graph = parseGraph(text, input.path);
      const handle = await workspace.start(graph, input.path, {
        revision,
        ...(input.only === undefined ? {} : { only: input.only }),
        ...(input.device === undefined ? {} : { device: input.device }),
      });
      // How it ended is in its events; here nobody waits for it.
      handle.finished.catch(() => undefined);
      return { runId: handle.runId };
    }),
  cancel: procedure
    .input(z.object({ runId: runInput }))
    .mutation(async ({ ctx, input }) => ({ outcome: await ctx.workspace.cancel(input.runId) })),
  list: procedure
    .input(z.object({ file: pathInput.optional(), limit: z.number().int().min(1).max(200) }))
    .query(({ ctx, input }) => {
      const file = input.file === undefined ? {} : { file: input.file };
      return ctx.workspace.runs.list({ ...file, parent: null, limit: input.limit });
    }),
  /** What the steps of a run came to, with every part of their cache keys. */
  steps: procedure
    .input(z.object({ runId: runInput }))
    .query(({ ctx, input }) => ctx.workspace.runs.steps(input.runId)),
  /** Why a step ran or was reused, with every part of its cache key. */
  why: procedure
    .input(z.object({ runId: runInput, node: nodeInput }))
    .query(({ ctx, input }) => ctx.workspace.why(input.runId, input.node)),
});
