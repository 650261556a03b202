import {
  cleanNotes,
  GraphError,
  parseGraph,
  serializeGraph,
  setParam,
  type Problem,
  type RunRecord,
} from '@graft/graph';
import { runOrders, type Workspace } from '@graft/workspace';
import { z } from 'zod';
import { runChanges } from '../compare/run-changes.ts';
import { readRanGraph } from '../report/ran-graphs.ts';
import { pathInput, textInput } from './graphs.ts';
import { shownProblem, shownRun, shownStep } from './shown-paths.ts';
import { procedure, router } from './trpc.ts';

const nodeInput = z.string().min(1).max(500);
export const runInput = z.string().min(1).max(200);

export const startInput = z.object({
  path: pathInput,
  only: z.union([nodeInput, z.array(nodeInput)]).optional(),
  device: z.string().optional(),
  inputs: z.record(z.string(), textInput).optional(),
  set: z.array(z.object({ node: nodeInput, param: nodeInput, value: z.unknown() })).optional(),
  outputs: z.array(z.string()).optional(),
});

const listInput = z.object({
  file: pathInput.optional(),
  limit: z.number().int().min(1).max(200),
});

const historyInput = z.object({
  file: pathInput.optional(),
  text: z.string().max(500).optional(),
  score: z.string().max(1_000).optional(),
  order: z.enum(runOrders).optional(),
  ascending: z.boolean().optional(),
});

/** Runs, newest first, without those of experiments. */
function graphRuns(
  workspace: Workspace,
  { file, limit }: z.output<typeof listInput>,
): Promise<readonly RunRecord[]> {
  const of = file === undefined ? {} : { file };
  return workspace.journal.list({ ...of, parent: null, kind: 'graph', limit });
}

export const runsRouter = router({
  /** What a run of this text would do, saved or not. Problems are returned, not thrown. */
  plan: procedure
    .input(z.object({ path: pathInput, text: textInput, only: nodeInput.optional() }))
    // A mutation only because the text travels in the body; it changes nothing.
    .mutation(async ({ ctx, input }) => {
      const { workspace } = ctx;
      const graph = parseGraph(input.text, input.path);
      const only = input.only === undefined ? {} : { only: input.only };
      const report = await workspace.runs.explain(graph, input.path, only);
      const shown = (problem: Problem): Problem => shownProblem(problem, workspace.root);
      const { problems, warnings, ...plan } = report;
      return {
        ...{ ...plan, problems: problems.map(shown) },
        ...(warnings === undefined ? {} : { warnings: warnings.map(shown) }),
      };
    }),
  /** Runs the saved file, with inputs and parameters if they are given. */
  start: procedure.input(startInput).mutation(async ({ ctx, input }) => {
    const { workspace } = ctx;
    const { path, only, device, inputs, outputs, set = [] } = input;
    const { text, revision } = await workspace.graphs.read(path);
    const saved = parseGraph(text, path);
    const graph = set.reduce(
      (changed, setting) => setParam(changed, setting, setting.value),
      saved,
    );
    const handle = await workspace.runs.start(graph, path, {
      ...(only === undefined ? {} : { only }),
      ...(device === undefined ? {} : { device }),
      ...(inputs === undefined ? {} : { inputs }),
      ...(outputs === undefined ? {} : { outputs }),
      ...(set.length > 0 ? { settings: { set } } : { revision }),
    });
    // Its events tell how it ended; nothing waits here.
    handle.finished.catch(() => undefined);
    return { runId: handle.runId };
  }),
  cancel: procedure.input(z.object({ runId: runInput })).mutation(async ({ ctx, input }) => ({
    outcome: await ctx.workspace.runs.cancel(input.runId),
  })),
  list: procedure.input(listInput).query(async ({ ctx: { workspace }, input }) => {
    const runs = await graphRuns(workspace, input);
    return runs.map((run) => shownRun(run, workspace.root));
  }),
  /** A page of the runs of a file or of all, by what they scored and by what people wrote about them. */
  history: procedure
    .input(
      historyInput.extend({
        offset: z.number().int().min(0),
        limit: z.number().int().min(1).max(200),
      }),
    )
    .query(async ({ ctx: { workspace }, input }) => {
      const page = await workspace.history.page(input, input);
      return { ...page, runs: page.runs.map((run) => shownRun(run, workspace.root)) };
    }),
  /** The course of a score over runs, oldest first. */
  course: procedure
    .input(historyInput)
    .query(({ ctx, input }) => ctx.workspace.history.course(input)),
  /** Replaces a run's note and tags. */
  annotate: procedure
    .input(
      z.object({
        runId: runInput,
        note: z.string().max(10_000),
        tags: z.array(z.string().max(500)).max(100),
      }),
    )
    .mutation(async ({ ctx, input }) => {
      const { runId, ...notes } = input;
      const clean = cleanNotes(notes);
      if (await ctx.workspace.journal.annotate(runId, clean)) return clean;
      throw new GraphError('bad-input', 'This run was removed. Choose another.');
    }),
  /** How the graphs of some runs differ from the run of their file before. */
  changes: procedure
    .input(z.object({ file: pathInput.optional(), runs: z.array(runInput).max(200) }))
    .query(async ({ ctx: { workspace }, input }) =>
      runChanges(workspace, await workspace.history.runs(input.file), new Set(input.runs)),
    ),
  /** The results of a run's steps, with all parts of their cache keys. */
  steps: procedure
    .input(z.object({ runId: runInput }))
    .query(async ({ ctx: { workspace }, input }) => {
      const steps = await workspace.journal.steps(input.runId);
      return steps.map((step) => shownStep(step, workspace.root));
    }),
  /** A run with the text of its graph; without the text if the graph is gone; null if there is no such run. */
  graph: procedure
    .input(z.object({ runId: runInput }))
    .query(async ({ ctx: { workspace }, input }) => {
      const run = await workspace.journal.get(input.runId);
      if (run === undefined) return null;
      const { file, startedAt } = run;
      const graph = await readRanGraph(workspace, run.graph, file);
      return { file, startedAt, ...(graph === undefined ? {} : { text: serializeGraph(graph) }) };
    }),
  /** The newest step of each node of the file, by path, of any run; see `RunStore.lastSteps`. */
  last: procedure
    .input(z.object({ file: pathInput }))
    .query(async ({ ctx: { workspace }, input }) => {
      const steps = await workspace.journal.lastSteps(input.file);
      return [...steps.values()].map((step) => shownStep(step, workspace.root));
    }),
  /** Why a step ran or was reused, with all parts of its cache key. */
  why: procedure
    .input(z.object({ runId: runInput, node: nodeInput }))
    .query(async ({ ctx: { workspace }, input }) =>
      shownStep(await workspace.runs.why(input.runId, input.node), workspace.root),
    ),
});
