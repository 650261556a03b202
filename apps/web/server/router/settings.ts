import { GraphError } from '@graft/graph';
import { doctor, operatorChoices, type DoctorReport } from '@graft/workspace';
import { z } from 'zod';
import { withoutFolders } from './shown-paths.ts';
import { procedure, router } from './trpc.ts';

/** Of a person who may change the operator's settings. */
const changing = procedure.use(({ ctx, next }) => {
  const { settingsRefusal: refusal } = ctx;
  if (refusal !== undefined) throw new GraphError('unavailable', refusal, { audience: 'operator' });
  return next();
});

const nameInput = z.string().min(1).max(100);
const addressInput = z.string().min(1).max(2_000);
const priceInput = z.number().min(0).max(1e6);
const modelInput = z.string().max(300);

/** Bytes that results may keep. */
const keepInput = z.object({ keep: z.number().min(0).max(Number.MAX_SAFE_INTEGER) });

let looking: Promise<DoctorReport> | undefined;

/** Pages that ask at once wait for the same look, which starts a process for each engine. */
function examined(modelsFolder: string): Promise<DoctorReport> {
  looking ??= doctor({ modelsFolder }).finally(() => (looking = undefined));
  return looking;
}

/** What a person looks after on the settings page: the operator's file, this machine, its models and its disk. */
export const settingsRouter = router({
  /** The operator's settings without their secrets; `refusal`: why this page may not change them. */
  operator: procedure.query(async ({ ctx }) => {
    const { problem, ...state } = await operatorChoices.state();
    const { settingsRefusal: refusal } = ctx;
    return {
      ...state,
      ...(problem === undefined ? {} : { problem: withoutFolders(problem, ctx.workspace.root) }),
      ...(refusal === undefined ? {} : { refusal }),
      hasHubToken: await ctx.workspace.models.hub.hasToken().catch(() => false),
    };
  }),
  /** Writes a key, or the address of a database. It comes in, and no call gives it back. */
  setSecret: changing
    .input(
      z.object({
        name: nameInput,
        value: z.string().min(1).max(8_000),
        origins: z.array(addressInput).max(20),
      }),
    )
    .mutation(({ input }) => operatorChoices.setSecret(input)),
  removeSecret: changing
    .input(z.object({ name: nameInput }))
    .mutation(({ input }) => operatorChoices.removeSecret(input.name)),
  /** Allows graphs to ask a server without a key. */
  allow: changing
    .input(z.object({ address: addressInput }))
    .mutation(({ input }) => operatorChoices.allow(input.address)),
  forbid: changing
    .input(z.object({ origin: addressInput, secret: nameInput.optional() }))
    .mutation(({ input: { origin, secret } }) => operatorChoices.forbid({ origin, secret })),
  setPrice: changing
    .input(
      z.object({
        ...{ model: modelInput, origin: addressInput, input: priceInput, output: priceInput },
      }),
    )
    .mutation(({ input }) => operatorChoices.setPrice(input)),
  removePrice: changing
    .input(z.object({ model: modelInput, origin: addressInput }))
    .mutation(({ input }) => operatorChoices.removePrice(input)),
  /** The token of the model hub; null removes it. */
  setHubToken: changing
    .input(z.object({ token: z.string().min(1).max(1_000).nullable() }))
    .mutation(({ input }) => operatorChoices.setHubToken(input.token ?? undefined)),
  /** The device of runs that name none; null leaves it to Graft. */
  setDevice: changing
    .input(z.object({ device: z.string().min(1).max(100).nullable() }))
    .mutation(async ({ ctx, input: { device } }) => {
      if (device !== null) await ctx.workspace.runs.requireDevice(device);
      await operatorChoices.setDevice(device ?? undefined);
    }),

  /** What `graft doctor` finds. It starts processes, which takes seconds. */
  machine: procedure.query(async ({ ctx: { workspace } }) => {
    const { checks, devices, healthy } = await examined(workspace.models.folder);
    const shown = (text: string): string => withoutFolders(text, workspace.root);
    return {
      ...{ devices, healthy },
      checks: checks.map((check) => ({ ...check, detail: shown(check.detail) })),
    };
  }),

  /** The workers of other machines and what they do; empty where there are none. */
  workers: procedure.query(async ({ ctx: { workspace } }) => {
    const { workers, waiting } = await workspace.fleet.look();
    return {
      waiting,
      workers: workers.map(({ version: _version, ...worker }) => worker),
    };
  }),

  /** The models in the models folder, with their bytes and how many graphs of the workspace name each. */
  models: procedure.query(async ({ ctx: { workspace } }) => {
    const [usage, listed] = await Promise.all([workspace.models.usage(), workspace.graphs.list()]);
    const texts: string[] = [];
    for (const { path } of listed) {
      const file = await workspace.graphs.read(path).catch(() => undefined);
      if (file !== undefined) texts.push(file.text);
    }
    return {
      ...usage,
      folder: withoutFolders(workspace.models.folder, workspace.root),
      models: usage.models.map((model) => ({
        ...model,
        graphs: texts.filter((text) => text.includes(JSON.stringify(model.id))).length,
      })),
    };
  }),
  /** Deletes a model's files. */
  removeModel: procedure
    .input(z.object({ id: modelInput.min(1) }))
    .mutation(({ ctx, input }) => ctx.workspace.models.remove(input.id)),

  disk: procedure.query(async ({ ctx: { workspace } }) => {
    const { state, models } = await workspace.storage.use();
    const shown = (folder: string): string => withoutFolders(folder, workspace.root);
    return {
      state: { ...state, folder: shown(state.folder) },
      models: { ...models, folder: shown(models.folder) },
    };
  }),
  /** What a clean-up would delete. */
  cleanUpPreview: procedure
    .input(keepInput)
    .query(({ ctx, input }) => ctx.workspace.storage.preview(input.keep)),
  /** As `graft cache gc`. */
  cleanUp: procedure
    .input(keepInput)
    .mutation(({ ctx, input }) => ctx.workspace.storage.collect(input.keep)),
});
