import { once } from 'node:events';
import { GraphError, parseGraph, setParam, type Graph, type Problem } from '@graft/graph';
import { readUsedGraphs, type Workspace } from '@graft/workspace';
import { tracked, TRPCError, type AnyProcedure } from '@trpc/server';
import { z } from 'zod';
import { orderInput, pageInput, pickInput, searchInput } from '../router/artifacts.ts';
import { pathInput } from '../router/graphs.ts';
import { appRouter } from '../router/index.ts';
import { feedInput, type LiveMessage } from '../router/live.ts';
import { runInput, startInput } from '../router/runs.ts';
import { shownEvent } from '../router/shown-paths.ts';
import { createCaller, procedure, router } from '../router/trpc.ts';
import { askedGraph, textForAskers, type AskedGraph } from './asked-graph.ts';
import { closed } from './asker.ts';

/** Characters of all texts of an ask. */
const longestAsk = 200_000;

const asked = procedure.use(({ ctx, next }) => {
  const { asking } = ctx;
  if (asking === undefined) throw closed();
  const { name, askers } = asking;
  return next({ ctx: { ...ctx, name, askers, asker: askers.of(name) } });
});

async function openGraph(workspace: Workspace, file: string) {
  const { text } = await workspace.graphs.read(file);
  const graph = parseGraph(text, file);
  return { graph, graphs: await readUsedGraphs(graph, workspace.root) };
}

type StartInput = z.output<typeof startInput>;

/** The graph as an ask sets it. Throws for anything but inputs, and questions where the graph has no inputs. */
function withQuestions(of: AskedGraph, { inputs = {}, set = [] }: StartInput): Graph {
  const texts = [...Object.values(inputs), ...set.map(({ value }) => value)];
  const length = texts.reduce<number>((sum, text) => sum + String(text).length, 0);
  if (length > longestAsk) {
    const most = longestAsk.toLocaleString('en');
    const message = `The texts are longer than ${most} characters together. Shorten them, then ask again.`;
    throw new TRPCError({ code: 'PAYLOAD_TOO_LARGE', message });
  }
  if (!Object.keys(inputs).every((name) => of.inputs.has(name))) throw closed();
  let { graph } = of;
  for (const { node, param, value } of set) {
    const known = of.questions.get(node);
    const isQuestion = known?.typed === param && typeof value === 'string';
    // Typed questions take the place of those in files.
    const isNoFile =
      known?.files.includes(param) === true && Array.isArray(value) && value.length === 0;
    if (!isQuestion && !isNoFile) throw closed();
    graph = setParam(graph, { node, param }, value);
  }
  return graph;
}

const cannotRun = 'This graph cannot run at the moment. Tell the person who sent you the link.';

/**
 * The error of a start as askers get it: whole where it is about what they gave, else without file names, parameters and
 * addresses of other machines.
 */
function openError(error: unknown, own: string, given: StartInput['inputs'] = {}): unknown {
  if (error instanceof TRPCError) return error;
  const { code, problems } = GraphError.from(error);
  const open = problems.map((problem): Problem => {
    const { audience, location } = problem;
    const { node, file, param, port = '' } = location;
    const isOfInputs = file === own && (problem.code === 'missing-input' || port in given);
    const isOpen = audience === 'user' && param === undefined && (file === undefined || isOfInputs);
    const message = isOpen ? problem.message : cannotRun;
    return { code: problem.code, message, audience, location: node === undefined ? {} : { node } };
  });
  const different = [...new Map(open.map((problem) => [problem.message, problem])).values()];
  return new GraphError(code, different[0]?.message ?? cannotRun, { problems: different });
}

const caller = createCaller(appRouter);

/** All that an asker may do. Everything else of the API is closed: see `askerRouter`. */
const open = {
  /** The graph of the link and those that it uses, without what they are set to. */
  'graphs.read': asked
    .input(z.object({ path: pathInput }))
    .query(async ({ ctx: { workspace, asker }, input: { path } }) => {
      const { graph, graphs } = await openGraph(workspace, asker.file);
      const used = path === asker.file ? graph : graphs(path);
      if (used === undefined || used instanceof Error) throw closed();
      const text = textForAskers(used, workspace.registry);
      return { path, revision: '', text, modifiedAt: 0, example: undefined };
    }),
  'runs.start': asked.input(startInput).mutation(async ({ ctx, input }) => {
    const { workspace, askers } = ctx;
    ctx.asker.requireFile(input.path);
    if (input.device !== undefined) throw closed();
    const asker = askers.takeTurn(ctx.name);
    const over = (): void => {
      askers.endTurn(asker);
    };
    try {
      const { graph: saved, graphs } = await openGraph(workspace, asker.file);
      const context = { file: asker.file, registry: workspace.registry, graphs };
      const of = askedGraph(saved, context);
      // A run that names no output computes all of the graph.
      if (of.outputs.length === 0) throw closed();
      const graph = withQuestions(of, input);
      const { inputs, set = [] } = input;
      const handle = await workspace.runs.start(graph, asker.file, {
        ...of.wanted,
        ...(inputs === undefined ? {} : { inputs }),
        settings: { set },
      });
      askers.began(asker, handle.runId, of);
      handle.finished.then(over, over);
      return { runId: handle.runId };
    } catch (error) {
      over();
      throw openError(error, asker.file, input.inputs);
    }
  }),
  'runs.cancel': asked
    .input(z.object({ runId: runInput }))
    .mutation(async ({ ctx: { workspace, asker }, input: { runId } }) => {
      asker.requireRun(runId);
      return { outcome: await workspace.runs.cancel(runId) };
    }),
  'live.feed': asked.input(feedInput).subscription(async function* ({ ctx, input, signal }) {
    const { workspace, asker, closing } = ctx;
    const stop = AbortSignal.any([closing, signal].filter((source) => source !== undefined));
    const known = Math.max(input.after, Number(input.lastEventId ?? 0));
    if (input.run !== null) {
      const shown = asker.follow(input.run);
      for await (const event of workspace.runs.events(input.run, 0, stop)) {
        const seen = shown(event);
        if (seen === undefined || event.seq <= known) continue;
        const events = [shownEvent(seen, workspace.root)];
        const message: LiveMessage = { kind: 'run', events };
        yield tracked(String(event.seq), message);
        await ctx.drained();
      }
    }
    // The page asks again for a feed that ends.
    if (!stop.aborted) await once(stop, 'abort');
  }),
  'artifacts.page': asked.input(pageInput).query(({ ctx, input }) => {
    const artifact = ctx.asker.requireArtifact(input.artifact);
    return caller(ctx).artifacts.page({ ...input, artifact });
  }),
  'artifacts.pick': asked.input(pickInput).query(({ ctx, input }) => {
    const artifact = ctx.asker.requireArtifact(input.artifact);
    return caller(ctx).artifacts.pick({ ...input, artifact });
  }),
  'artifacts.order': asked.input(orderInput).query(({ ctx, input, signal }) => {
    const artifact = ctx.asker.requireArtifact(input.artifact);
    return caller(ctx, signal && { signal }).artifacts.order({ ...input, artifact });
  }),
  'artifacts.search': asked.input(searchInput).query(({ ctx, input, signal }) => {
    const artifact = ctx.asker.requireArtifact(input.artifact);
    return caller(ctx, signal && { signal }).artifacts.search({ ...input, artifact });
  }),
};

/** A procedure of the same kind that refuses every call. */
function refusing(type: AnyProcedure['_def']['type']): AnyProcedure {
  const refuse = (): never => {
    throw closed();
  };
  if (type === 'query') return procedure.query(refuse);
  if (type === 'mutation') return procedure.mutation(refuse);
  return procedure.subscription(async function* () {
    yield refuse();
  });
}

const isProcedure = (value: unknown): value is AnyProcedure =>
  typeof value === 'function' && '_def' in value;

function askerTopics(): Record<string, Record<string, AnyProcedure>> {
  const opened = new Map<string, AnyProcedure>(Object.entries(open));
  const topics: Record<string, Record<string, AnyProcedure>> = {};
  for (const [path, found] of Object.entries<unknown>(appRouter._def.procedures)) {
    if (!isProcedure(found)) continue;
    const [topic = '', name = ''] = path.split('.');
    (topics[topic] ??= {})[name] = opened.get(path) ?? refusing(found._def.type);
  }
  return topics;
}

/** The whole API with all of it closed but `open`, so that a new procedure is closed until it is opened here. */
export const askerRouter = router(askerTopics());

/** The paths of what an asker may call. */
export const openPaths: readonly string[] = Object.keys(open);
