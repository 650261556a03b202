import { modelKindSchema } from '@graft/graph';
import { askServer, ggufEncodings, runningServers, secretStates } from '@graft/workspace';
import { z } from 'zod';
import { procedure, router } from './trpc.ts';
import { shownProblem, withoutFolders } from './shown-paths.ts';

export const catalogueRouter = router({
  models: procedure.query(({ ctx }) => ctx.workspace.models.list()),
  /** The names of secrets, and whether they are set. */
  secrets: procedure.query(() => secretStates()),
  /** The content of a folder of the workspace; `''`: the workspace itself. */
  folder: procedure
    .input(z.object({ path: z.string().max(1_000) }))
    .query(({ ctx, input }) => ctx.workspace.files.list(input.path)),
  /** What the files of the workspace offer to begin a graph with. */
  material: procedure.query(({ ctx }) => ctx.workspace.files.material()),
  /** How many files the patterns of a parameter match, and the first few of them. */
  matchFiles: procedure
    .input(z.object({ patterns: z.array(z.string().min(1).max(1_000)).max(100) }))
    .query(({ ctx, input }) => ctx.workspace.sources.match(input.patterns, 8)),
});

/** Of a call that cannot be stopped. */
const never = (): AbortSignal => new AbortController().signal;

const modelInput = z.object({ id: z.string().min(1).max(300) });

export const modelsRouter = router({
  /** The models of the catalogue and those of other tools on this machine, with what each needs of it. */
  offered: procedure.query(async ({ ctx: { workspace } }) => {
    const { models, ...rest } = await workspace.models.offered();
    const shown = ({ origin, ...model }: (typeof models)[number]): (typeof models)[number] => ({
      ...model,
      ...(origin && { origin: { ...origin, path: withoutFolders(origin.path, workspace.root) } }),
    });
    return { models: models.map(shown), ...rest };
  }),
  /** What a language model on this computer claims before it answers; null where nobody can tell. */
  memory: procedure
    .input(modelInput)
    .query(async ({ ctx, input }) => (await ctx.workspace.models.memoryOf(input.id)) ?? null),
  /** The language model that the page offers in place of the small default; null: none. Waits for the hub. */
  suggested: procedure.query(async ({ ctx }) => (await ctx.workspace.models.suggested()) ?? null),
  /** Decides which model new nodes begin with; null: their own default. */
  prefer: procedure
    .input(z.object({ kind: modelKindSchema, model: modelInput.shape.id.nullable() }))
    .mutation(({ ctx, input }) => ctx.workspace.models.prefer(input.kind, input.model)),
  /** Repositories of the hub. Stops when the client has gone, as typing on makes it. */
  search: procedure
    .input(z.object({ text: z.string().trim().min(1).max(200), kind: modelKindSchema.optional() }))
    .query(({ ctx, input, signal = never() }) =>
      ctx.workspace.models.hub.search({ ...input, signal }),
    ),
  /** A repository of the hub, with its models. */
  repo: procedure
    .input(modelInput)
    .query(({ ctx, input, signal = never() }) => ctx.workspace.models.hub.repo(input.id, signal)),
  /** What a model of the hub is, before it is downloaded. */
  describe: procedure
    .input(modelInput)
    .query(({ ctx, input, signal = never() }) =>
      ctx.workspace.models.hub.describe(input.id, signal),
    ),
  /** The usual servers of models that run on this machine. */
  servers: procedure.query(({ signal = never() }) => runningServers(signal)),
  /** Tests the connection to a server, by its models. */
  server: procedure
    .input(z.object({ url: z.url({ protocol: /^https?$/ }).max(2_000) }))
    .query(({ input, signal = never() }) => askServer(input.url, signal)),
  /** Begins a run that asks a model one prompt; its events hold the answer. */
  try: procedure
    .input(
      z.object({
        of: z.union([
          modelInput,
          z.object({
            url: z.url({ protocol: /^https?$/ }).max(2_000),
            model: z.string().min(1).max(300),
            secret: z.string().max(200).optional(),
          }),
        ]),
        prompt: z.string().trim().min(1).max(10_000),
      }),
    )
    .mutation(async ({ ctx, input }) => {
      const handle = await ctx.workspace.trials.start(input.of, input.prompt);
      // Its events tell how it ended; nothing waits here.
      handle.finished.catch(() => undefined);
      return { runId: handle.runId };
    }),
  downloads: procedure.query(({ ctx: { workspace } }) =>
    workspace.models.downloads().map(({ problem, ...download }) => ({
      ...download,
      ...(problem === undefined ? {} : { problem: shownProblem(problem, workspace.root) }),
    })),
  ),
  /** The download goes on after the page is closed. `consent`: the person has accepted the licence. */
  download: procedure
    .input(
      modelInput.extend({
        consent: z.boolean().default(false),
        from: z.object({ source: z.string().max(2_000), size: z.number().optional() }).optional(),
      }),
    )
    .mutation(({ ctx, input: { id, ...options } }) => ctx.workspace.models.download(id, options)),
  /** Begins to make a GGUF file of a model in safetensors; it is one of the downloads. Gives the id of what is made. */
  convert: procedure
    .input(
      z.object({
        from: modelInput.shape.id,
        to: z.enum(ggufEncodings),
        consent: z.boolean().default(false),
      }),
    )
    .mutation(({ ctx, input: { from, ...options } }) => ({
      id: ctx.workspace.models.convert(from, options),
    })),
  /** Imports a model from a path on the server's machine, or `hf:`. Stops when the client has gone. */
  import: procedure
    .input(z.object({ from: z.string().min(1).max(2_000), id: modelInput.shape.id.optional() }))
    .mutation(({ ctx, input, signal }) =>
      ctx.workspace.models.import(input.from, { id: input.id, signal }),
    ),
  cancelDownload: procedure
    .input(modelInput)
    .mutation(({ ctx, input }) => ctx.workspace.models.cancel(input.id)),
  /** Deletes what has come of a download that is paused or has failed. */
  discardDownload: procedure
    .input(modelInput)
    .mutation(({ ctx, input }) => ctx.workspace.models.discard(input.id)),
});
