import {
  countVariants,
  formatMetricName,
  GraphError,
  parseGraph,
  type ExperimentPlan,
  type Problem,
} from '@graft/graph';
import { tracked } from '@trpc/server';
import { z } from 'zod';
import { pathInput, textInput } from './graphs.ts';
import { shownExperimentEvent, shownTable, shownRun } from './shown-paths.ts';
import { procedure, router } from './trpc.ts';

const nameInput = z.string().min(1).max(200);
const runInput = z.string().min(1).max(200);
const textAt = z.object({ path: pathInput, text: textInput });

/** An experiment before it runs. */
interface PlannedExperiment {
  readonly problems: readonly Problem[];
  /** Absent if it cannot run. */
  readonly plan?: {
    readonly baseline: string;
    readonly metrics: readonly string[];
    /** Runs of each variant that can run. */
    readonly seeds: number;
    /** In a race: the number of checks, each on more items. */
    readonly looks?: number;
    readonly variants: readonly {
      readonly name: string;
      readonly settings: Readonly<Record<string, unknown>>;
      readonly problem?: Problem;
    }[];
  };
}

export const experimentsRouter = router({
  /** The experiments of a text, saved or not, with counts instead of variants. */
  list: procedure.input(textAt).mutation(({ input }) => {
    const { experiments = {} } = parseGraph(input.text, input.path);
    return Object.entries(experiments).map(([name, experiment]) => ({
      ...{ name, experiment, count: countVariants(experiment) },
    }));
  }),
  /** What running an experiment of this text would mean. Problems are returned, not thrown. */
  plan: procedure
    .input(textAt.extend({ name: nameInput }))
    .mutation(async ({ ctx, input }): Promise<PlannedExperiment> => {
      const graph = parseGraph(input.text, input.path);
      try {
        const plan = await ctx.workspace.experiments.plan(graph, input.path, input.name);
        return { problems: [], plan: shown(plan) };
      } catch (error) {
        return { problems: GraphError.from(error).problems };
      }
    }),
  /** Runs an experiment of the file as it is saved. */
  start: procedure
    .input(z.object({ path: pathInput, name: nameInput, device: z.string().optional() }))
    .mutation(async ({ ctx, input }) => {
      const { workspace } = ctx;
      const { text } = await workspace.graphs.read(input.path);
      const { runId } = await workspace.experiments.start(
        parseGraph(text, input.path),
        input.path,
        {
          name: input.name,
          ...(input.device === undefined ? {} : { device: input.device }),
        },
      );
      return { runId };
    }),
  /** The events after `after`, then the new ones. The id of a message is the `seq` of its event. */
  follow: procedure
    .input(
      z.object({
        runId: runInput,
        after: z.number().int().nonnegative().default(0),
        /** Set by the client after a disconnect. */
        lastEventId: z.string().regex(/^\d+$/).nullish(),
      }),
    )
    .subscription(async function* ({ ctx, input, signal }) {
      const stop = AbortSignal.any([ctx.closing, signal].filter((source) => source !== undefined));
      const after = Math.max(input.after, Number(input.lastEventId ?? 0));
      for await (const event of ctx.workspace.experiments.events(input.runId, after, stop)) {
        yield tracked(String(event.seq), shownExperimentEvent(event, ctx.workspace.root));
        await ctx.drained();
      }
    }),
  /** The table so far. */
  table: procedure
    .input(z.object({ runId: runInput }))
    .query(async ({ ctx: { workspace }, input }) =>
      shownTable(await workspace.experiments.table(input.runId), workspace.root),
    ),
  /** The runs of the variants, newest first. */
  variants: procedure
    .input(z.object({ runId: runInput }))
    .query(async ({ ctx: { workspace }, input }) => {
      const runs = await workspace.journal.list({ parent: input.runId, limit: 2_000 });
      return runs.map((run) => shownRun(run, workspace.root));
    }),
  /** The runs of a file's experiments, newest first. */
  runs: procedure
    .input(z.object({ file: pathInput, limit: z.number().int().min(1).max(200) }))
    .query(async ({ ctx: { workspace }, input: { file, limit } }) => {
      const runs = await workspace.journal.list({ file, parent: null, kind: 'experiment', limit });
      return runs.map((run) => shownRun(run, workspace.root));
    }),
});

function shown({
  baseline,
  metrics,
  variants,
  seeds,
  race,
}: ExperimentPlan): NonNullable<PlannedExperiment['plan']> {
  return {
    ...{ baseline, metrics: metrics.map(formatMetricName), seeds: seeds.length },
    ...(race === undefined ? {} : { looks: race.looks }),
    variants: variants.map(({ name, settings, problems: [problem] }) => ({
      ...{ name, settings },
      ...(problem === undefined ? {} : { problem }),
    })),
  };
}
