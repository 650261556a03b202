import { createReadStream } from 'node:fs';
import {
  modelTree,
  sha256,
  treeManifestText,
  type ArtifactStore,
  type ModelEntry,
  type StepRequest,
} from '@graft/graph';
import { eachAtOnce } from '@graft/kit';
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
 * Makes requests that a machine without the workspace can execute: stores the bytes of the source files and models that
 * a request names where the executors find them, straight from their place and only where they are missing. They stay
 * there for as long as the run, because a collection keeps what was stored since the oldest running run began.
 */
export class SharedRequests {
  readonly #parts: SharedRequestsParts;
  /** By run, the oldest first: digests that were stored or marked as used in it. */
  readonly #stored = new Map<string, Set<string>>();

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
      const entry = this.#parts.models.entry(id);
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
      eachAtOnce(files, atOnce, async (file) => {
        signal.throwIfAborted();
        await artifacts.putKnown({ digest: file.digest, size: file.size }, () => file.stream());
        stored.add(file.digest);
      }),
    );
  }

  /** A model that is not here, or whose bytes nobody has read yet, is downloaded by the executor. */
  async #storeModel(entry: ModelEntry, stored: Set<string>, signal: AbortSignal): Promise<void> {
    const { artifacts, models } = this.#parts;
    const tree = modelTree(entry);
    if (tree === undefined) return;
    const manifest = Buffer.from(treeManifestText(tree));
    const digest = sha256(manifest);
    if (stored.has(digest)) return;
    const places = await models.files(entry.id);
    if (places === undefined) return;
    await eachAtOnce(tree.files, atOnce, async (file) => {
      signal.throwIfAborted();
      const path = places.get(file.path);
      if (path !== undefined) await artifacts.putKnown(file, () => createReadStream(path));
    });
    // Last, so that whoever finds the tree finds its files.
    await artifacts.putKnown({ digest, size: manifest.length }, async function* () {
      yield manifest;
    });
    stored.add(digest);
  }

  #ofRun(runId: string): Set<string> {
    const stored = this.#stored.get(runId) ?? new Set();
    this.#stored.set(runId, stored);
    const [oldest] = this.#stored.keys();
    if (this.#stored.size > mostRuns && oldest !== undefined) this.#stored.delete(oldest);
    return stored;
  }
}

/** Ids of the models that a step may use: its own sources', and those behind its inputs. */
function modelsOf({ sources, inputFacets }: StepRequest): ReadonlySet<string> {
  const ids = new Set<string>();
  for (const source of sources) if (source.kind === 'model') ids.add(source.id);
  for (const { model, embedder } of Object.values(inputFacets)) {
    if (model !== undefined) ids.add(model.id);
    if (embedder !== undefined) ids.add(embedder.model);
    if (embedder?.passages !== undefined) ids.add(embedder.passages.model);
  }
  return ids;
}
