import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  GraphError,
  type Backends,
  type EngineName,
  type MemoCompute,
  type NodeType,
  type RunContext,
  type StepRequest,
  type StepSignal,
  treeManifestSchema,
  type ArtifactStore,
  type Digest,
} from '@graft/graph';
import { ownerStamp } from '@graft/kit';
import type { z } from 'zod';
import { memoFamily, StoredMemo } from '../items/item-memo.ts';
import { SourceReader } from '../sources/source-reader.ts';
import { outputPath } from './output-path.ts';
import type { StepHost } from './step-host.ts';
import { StepCheckpointFolder } from './step-checkpoint-folder.ts';
import { StoredCheckpoints } from './stored-checkpoints.ts';
import { StepIndexes } from './step-indexes.ts';
import { StepMemory } from './step-memory.ts';
import { StepReporter } from './step-reporter.ts';

/** A step's context, with what the step used; disposing of it cleans up. */
export interface StepContext extends AsyncDisposable {
  readonly ctx: RunContext;
  readonly sources: SourceReader;
  /** Device id of the last model or lease that the step used; undefined if it used none. */
  usedDevice(): string | undefined;
  /** The most memory that it claimed at once, in bytes; undefined: none. */
  usedMemory(): number | undefined;
  /** Call this once the outputs are stored: it removes the checkpoints, from which nothing resumes any more. */
  stored(): Promise<void>;
}

interface StepHooks {
  readonly signal: AbortSignal;
  readonly report: (signal: StepSignal) => void;
}

/** Builds what an implementation gets besides inputs and parameters. */
export async function createStepContext(
  host: StepHost,
  request: StepRequest,
  hooks: StepHooks & { readonly definition: NodeType },
): Promise<StepContext> {
  const reporter = new StepReporter(hooks.report);
  const folders: string[] = [];
  const memos = new Map<string, Promise<StoredMemo>>();
  const indexes = new StepIndexes((folder, info) => services.backends.openIndex(folder, info));
  const checkpoints = new StepCheckpointFolder(host.checkpointFolder, request.cacheKey, {
    signal: hooks.signal,
    reporter,
  });
  const memory = new StepMemory();
  let device: string | undefined;
  const used = (id: string): void => {
    device = id;
  };
  const progress: RunContext['progress'] = (signal) => {
    reporter.progress({ type: 'progress', ...signal });
  };
  const { node } = request;
  const sources = new SourceReader(request.sources, host, {
    signal: hooks.signal,
    verifyMore: () => services.verify(),
  });
  const scratch = async (): Promise<string> => {
    await mkdir(host.scratchFolder, { recursive: true });
    const folder = await mkdtemp(join(host.scratchFolder, `${ownerStamp}-step-`));
    folders.push(folder);
    return folder;
  };
  const services = await host.services({
    node,
    device: request.device,
    signal: hooks.signal,
    progress,
    waiting: (waiting) => {
      reporter.waiting(waiting);
    },
    held: (model, bytes) => {
      memory.uses(model, bytes);
    },
    spent: (usage) => {
      reporter.spent(usage);
    },
    models: new Map(
      request.sources.flatMap((source) =>
        source.kind === 'model' ? [[source.id, source.digest]] : [],
      ),
    ),
    ...(request.models === undefined ? {} : { entries: request.models }),
  });
  const stored = new StoredCheckpoints({
    ...{ artifacts: host.artifacts, earlier: request.checkpoint, scratch },
    stored: (checkpoint) => {
      reporter.storedCheckpoint(checkpoint);
    },
    failed: (message) => {
      reporter.log({ type: 'log', level: 'warning', message });
    },
  });
  let checkpointFolder: Promise<string> | undefined;
  const openCheckpoints = async (): Promise<string> => {
    const opened = await checkpoints.open();
    await stored.bring(opened);
    return opened;
  };
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
      return memory.counted(lease);
    },
    room: () => services.room(),
    models: services.models,
    backends: noticing(
      { ...services.backends, openIndex: (at, info) => indexes.open(at, info) },
      { definition: hooks.definition, used },
    ),
    web: services.web,
    databases: services.databases,
    seed: typeof seed === 'number' ? seed : 0,
    device: request.device,
    sources: sources.sources,
    inputFacets: request.inputFacets,
    scratch,
    async copies(files) {
      // A fixed name, because a reader may name results after the folder.
      const folder = join(await scratch(), 'files');
      await sources.copy(files, folder);
      return folder;
    },
    output: (path) => outputPath(host.workspaceFolder, path),
    async previous(output) {
      const ref = request.previous?.[output];
      if (ref === undefined) return undefined;
      // A missing or damaged previous output only costs work; an update of it would be damaged too.
      return await openWhole(host.artifacts, ref.digest, hooks.signal).catch(() => undefined);
    },
    checkpoints: () => (checkpointFolder ??= openCheckpoints()),
    checkpoint(report) {
      reporter.checkpoint(report);
      if (report.state !== 'saved' || host.storesCheckpoints !== true) return;
      if (hooks.signal.aborted) return;
      void checkpointFolder?.then((opened) => stored.save(opened, report.step));
    },
    async memo(name, schema, compute) {
      const opened = memos.get(name) ?? openMemo({ name, schema, compute });
      memos.set(name, opened);
      const memo = await opened;
      memo.compute = compute;
      return {
        fill: (keys) => memo.fill(keys),
        get: async (key) => schema.parse(await memo.get(key)),
        peek: async (key) => schema.optional().parse(await memo.peek(key)),
        put: (key, value) => memo.put(key, value),
      };
    },
  };
  const openMemo = async (parts: {
    readonly name: string;
    readonly schema: z.ZodType;
    readonly compute: MemoCompute<unknown>;
  }): Promise<StoredMemo> => {
    const family = await host.items.open(memoFamily(parts.name, request.familyParts));
    return new StoredMemo({
      ...{ ...parts, family },
      signal: hooks.signal,
      verified: (reading) => sources.verified(reading),
    });
  };
  return {
    ctx,
    sources,
    usedDevice: () => device,
    usedMemory: () => memory.peak,
    async stored() {
      await stored.settle(false);
      await checkpoints.remove();
    },
    async [Symbol.asyncDispose]() {
      reporter.flush();
      // Nobody continues a cancelled training elsewhere.
      await stored.settle(!hooks.signal.aborted);
      // What failed to open has failed the step, and needs no cleaning up.
      const opened = await Promise.allSettled(memos.values());
      try {
        for (const memo of opened) {
          if (memo.status === 'fulfilled') await memo.value[Symbol.asyncDispose]();
        }
      } finally {
        await indexes.close();
        await Promise.allSettled(
          folders.map((folder) => rm(folder, { recursive: true, force: true })),
        );
        await checkpoints.close();
      }
    },
  };
}

/**
 * Opens a tree after comparing all of its bytes with their digests: a tree that was laid out earlier may be damaged. Throws
 * if any file of it is missing or damaged.
 */
export async function openWhole(
  artifacts: Pick<ArtifactStore, 'get' | 'openTree'>,
  digest: Digest,
  signal: AbortSignal,
): Promise<string> {
  const manifest: Uint8Array[] = [];
  for await (const piece of artifacts.get(digest)) manifest.push(piece);
  const { files } = treeManifestSchema.parse(JSON.parse(Buffer.concat(manifest).toString('utf8')));
  for (const file of files) {
    for await (const _piece of artifacts.get(file.digest)) signal.throwIfAborted();
  }
  return artifacts.openTree(digest);
}

/** The engine of each backend. */
const engineOf: Readonly<Record<keyof Backends, EngineName>> = {
  embedder: 'onnxruntime',
  encoderTokenizer: 'onnxruntime',
  crossEncoder: 'onnxruntime',
  languageModel: 'llama.cpp',
  tokenizer: 'llama.cpp',
  training: 'training',
  buildIndex: 'lance',
  openIndex: 'lance',
};

/**
 * The backends; they report the device of each loaded model. Only those of engines that the definition names work, because
 * a result must not come from an engine whose version is not in its key.
 */
function noticing(
  backends: Backends,
  {
    definition: { engines = [], type },
    used,
  }: { readonly definition: NodeType; readonly used: (device: string) => void },
): Backends {
  const noticed = async <M extends { readonly device: string }>(
    loading: Promise<M>,
  ): Promise<M> => {
    const model = await loading;
    used(model.device);
    return model;
  };
  const named = (backend: keyof Backends): Backends => {
    const engine = engineOf[backend];
    if (engines.includes(engine)) return backends;
    throw new GraphError('internal', `"${type}" uses ${engine}, which its definition must name.`, {
      audience: 'developer',
    });
  };
  return {
    embedder: async (model, use) => noticed(named('embedder').embedder(model, use)),
    encoderTokenizer: async (model) => named('encoderTokenizer').encoderTokenizer(model),
    crossEncoder: async (model, use) => noticed(named('crossEncoder').crossEncoder(model, use)),
    languageModel: async (model, options) =>
      noticed(named('languageModel').languageModel(model, options)),
    tokenizer: async (model) => named('tokenizer').tokenizer(model),
    training: async () => named('training').training(),
    buildIndex: async (request) => named('buildIndex').buildIndex(request),
    openIndex: async (folder, info) => named('openIndex').openIndex(folder, info),
  };
}
