import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Backends, MemoCompute, RunContext, StepRequest, StepSignal } from '@graft/graph';
import { memoFamily, StoredMemo } from '../items/item-memo.ts';
import { outputPath } from './output-path.ts';
import type { StepHost } from './step-host.ts';
import { StepReporter } from './step-reporter.ts';

/** A step's context, what it has used, and how to clear up after it. */
export interface StepContext extends AsyncDisposable {
  readonly ctx: RunContext;
  /** Device id of the last model or lease that the step used; undefined: it used none. */
  usedDevice(): string | undefined;
  /** To be called when the outputs are stored: nobody resumes from its checkpoints any more. */
  stored(): Promise<void>;
}

/** Builds what an implementation is given besides inputs and params. */
export async function createStepContext(
  host: StepHost,
  request: StepRequest,
  hooks: { readonly signal: AbortSignal; readonly report: (signal: StepSignal) => void },
): Promise<StepContext> {
  const reporter = new StepReporter(hooks.report);
  const folders: string[] = [];
  const memos = new Map<string, Promise<StoredMemo>>();
  let checkpoints: string | undefined;
  let device: string | undefined;
  const used = (id: string): void => {
    device = id;
  };
  const progress: RunContext['progress'] = (signal) => {
    reporter.progress({ type: 'progress', ...signal });
  };
  const { node } = request;
  const services = await host.services({
    node,
    device: request.device,
    signal: hooks.signal,
    progress,
  });
  const seed = request.params['seed'];
  const ctx: RunContext = {
    signal: hooks.signal,
    node,
    progress,
    log(level, message, item) {
      reporter.log({ type: 'log', level, message, ...(item === undefined ? {} : { item }) });
    },
    token(item, text) {
      reporter.token(item, text);
    },
    metrics(row) {
      reporter.metrics({ type: 'metrics', row });
    },
    async lease(bytes) {
      const lease = await services.lease(bytes);
      used(lease.device.id);
      return lease;
    },
    models: services.models,
    backends: noticing(services.backends, used),
    seed: typeof seed === 'number' ? seed : 0,
    device: request.device,
    sources: request.sources,
    inputFacets: request.inputFacets,
    async scratch() {
      await mkdir(host.scratchFolder, { recursive: true });
      const folder = await mkdtemp(join(host.scratchFolder, 'step-'));
      folders.push(folder);
      return folder;
    },
    output: (path) => outputPath(host.workspaceFolder, path),
    async checkpoints() {
      checkpoints = join(host.checkpointFolder, request.cacheKey);
      await mkdir(checkpoints, { recursive: true });
      return checkpoints;
    },
    async memo(name, compute) {
      const opened = memos.get(name) ?? openMemo(name, compute);
      memos.set(name, opened);
      const memo = await opened;
      memo.compute = compute;
      return memo;
    },
  };
  const openMemo = async (name: string, compute: MemoCompute): Promise<StoredMemo> => {
    const family = await host.items.open(memoFamily(name, request.familyParts));
    return new StoredMemo({ name, family, compute, signal: hooks.signal });
  };
  return {
    ctx,
    usedDevice: () => device,
    async stored() {
      if (checkpoints !== undefined) await rm(checkpoints, { recursive: true, force: true });
    },
    async [Symbol.asyncDispose]() {
      reporter.flush();
      for (const memo of memos.values()) await (await memo)[Symbol.asyncDispose]();
      await Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true })));
    },
  };
}

/** The backends, telling which device each loaded model sits on. */
function noticing(backends: Backends, used: (device: string) => void): Backends {
  const noticed = async <M extends { readonly device: string }>(
    loading: Promise<M>,
  ): Promise<M> => {
    const model = await loading;
    used(model.device);
    return model;
  };
  return {
    embedder: (model) => noticed(backends.embedder(model)),
    crossEncoder: (model) => noticed(backends.crossEncoder(model)),
    languageModel: (model, options) => noticed(backends.languageModel(model, options)),
    tokenizer: (model) => backends.tokenizer(model),
    training: () => backends.training(),
    buildIndex: (request) => backends.buildIndex(request),
    openIndex: (folder, info) => backends.openIndex(folder, info),
  };
}
