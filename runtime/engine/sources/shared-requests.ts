import { createReadStream } from 'node:fs';
import {
  modelTree,
  type ArtifactStore,
  type Digest,
  type ModelEntry,
  type StepRequest,
} from '@graft/graph';
import { abortable, eachAtOnce } from '@graft/kit';
import { SourceReader } from './source-reader.ts';

/** Files that are stored at once. */
const atOnce = 4;
/** Runs whose stored digests are remembered. */
const mostRuns = 64;

/** The models of this machine. */
export interface ModelShelf {
  /** An entry for other machines: without addresses that only this one knows. Undefined for an unknown id. */
  entry(id: string): ModelEntry | undefined;
  /** Where each file of a model is, by its path in the model; undefined unless all of them are here. */
  files(id: string): Promise<ReadonlyMap<string, string> | undefined>;
}

export interface SharedRequestsParts {
  /** A real path. */
  readonly workspaceFolder: string;
  /** A store that the executors share. */
  readonly artifacts: Pick<ArtifactStore, 'get' | 'putKnown'>;
  readonly models: ModelShelf;
}

/**
 * Stores what a request names, so that a machine without the workspace can execute it. Reads bytes from their place, only
 * where they are missing. They stay in the store for as long as the run, because a collection keeps what was stored since
 * the oldest running run began.
 */
export class SharedRequests {
  readonly #parts: SharedRequestsParts;
  /** By run, the oldest first: digests that were stored or marked as used in it. */
  readonly #stored = new Map<string, Set<string>>();
  /** What is being stored now, for any run. The promises never reject. */
  readonly #sending = new Map<Digest, Promise<unknown>>();

  constructor(parts: SharedRequestsParts) {
    this.#parts = parts;
  }

  /**
   * The request with the entries of its models. Throws `input-changed` if a file no longer holds the bytes of its digest,
   * and the signal's reason.
   */
  async share(request: StepRequest, signal: AbortSignal): Promise<StepRequest> {
    const stored = this.#ofRun(request.runId);
    await this.#storeFiles(request, stored, signal);
    const models: ModelEntry[] = [];
    for (const id of modelsOf(request)) {
      const entry = await this.#entry(id, signal);
      if (entry === undefined) continue;
      models.push(entry);
      await this.#storeModel(entry, stored, signal);
    }
    return { ...request, models };
  }

  /** Looks at everything of a run anew, because an executor did not find it. */
  forget(runId: string): void {
    this.#stored.delete(runId);
  }

  async #storeFiles(
    { sources }: StepRequest,
    stored: Set<string>,
    signal: AbortSignal,
  ): Promise<void> {
    const { artifacts, workspaceFolder } = this.#parts;
    const place = { workspaceFolder, artifacts };
    const verifyMore = (): Promise<void> => Promise.resolve();
    const reader = new SourceReader(sources, place, { signal, verifyMore });
    const files = reader.sources.flatMap((source) =>
      source.kind === 'files' ? source.files.filter(({ digest }) => !stored.has(digest)) : [],
    );
    await reader.verified(() =>
      eachAtOnce(files, atOnce, (file) =>
        this.#send(file, () => file.stream(), { stored, signal }),
      ),
    );
  }

  /** Reads the files of a model whose digests nobody knows yet. */
  async #entry(id: string, signal: AbortSignal): Promise<ModelEntry | undefined> {
    const { models } = this.#parts;
    const entry = models.entry(id);
    if (entry === undefined || modelTree(entry) !== undefined) return entry;
    await abortable(models.files(id), signal);
    return models.entry(id);
  }

  /** A model that is not here is downloaded by the executor. */
  async #storeModel(entry: ModelEntry, stored: Set<string>, signal: AbortSignal): Promise<void> {
    const { models } = this.#parts;
    const tree = modelTree(entry);
    if (tree === undefined) return;
    const { digest } = tree;
    if (stored.has(digest)) return;
    const places = await abortable(models.files(entry.id), signal);
    if (places === undefined) return;
    await eachAtOnce(tree.files, atOnce, async (file) => {
      const path = places.get(file.path);
      if (path !== undefined) {
        await this.#send(file, () => createReadStream(path), { stored, signal });
      }
    });
    // Stored last: a tree in the store always has its files.
    const manifest = Buffer.from(tree.text);
    const bytes = async function* () {
      yield manifest;
    };
    await this.#send({ digest, size: manifest.length }, bytes, { stored, signal });
  }

  /** Stores bytes, after anybody who is storing the same: then they are there, and are only marked for this run. */
  async #send(
    known: { readonly digest: Digest; readonly size: number },
    bytes: () => AsyncIterable<Uint8Array>,
    { stored, signal }: { readonly stored: Set<string>; readonly signal: AbortSignal },
  ): Promise<void> {
    const { digest, size } = known;
    for (;;) {
      signal.throwIfAborted();
      if (stored.has(digest)) return;
      const sending = this.#sending.get(digest);
      if (sending === undefined) break;
      await abortable(sending, signal);
    }
    const sent = this.#parts.artifacts.putKnown({ digest, size }, bytes);
    const settled = sent.then(undefined, () => undefined);
    this.#sending.set(digest, settled);
    try {
      await sent;
      stored.add(digest);
    } finally {
      this.#sending.delete(digest);
    }
  }

  #ofRun(runId: string): Set<string> {
    const stored = this.#stored.get(runId) ?? new Set();
    this.#stored.set(runId, stored);
    const [oldest] = this.#stored.keys();
    if (this.#stored.size > mostRuns && oldest !== undefined) this.#stored.delete(oldest);
    return stored;
  }
}

/** Ids of the local models that a step may use: its own sources', and those behind its inputs. */
function modelsOf({ sources, inputFacets }: StepRequest): ReadonlySet<string> {
  const ids = new Set<string>();
  for (const source of sources) if (source.kind === 'model') ids.add(source.id);
  for (const { model, embedder } of Object.values(inputFacets)) {
    if (model !== undefined && model.remote === undefined) ids.add(model.id);
    for (const each of [embedder, embedder?.passages]) {
      const isLocal = each?.remote === undefined && each?.engine !== 'remote';
      if (each !== undefined && isLocal) ids.add(each.model);
    }
  }
  return ids;
}
