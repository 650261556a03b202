import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import {
  GraphError,
  howToGet,
  isHubReference,
  modelTree,
  type ArtifactStore,
  type ModelEntry,
  type ModelFacts,
} from '@graft/graph';
import type { Catalogue, FetchOptions, OpenedModel } from './catalogue-contract.ts';
import { orCancelled } from './model-download.ts';
import { factsOf, modelDigest } from './model-facts.ts';

export interface UsedModelsOptions extends FetchOptions {
  readonly catalogue: Catalogue;
  /** Of the models that the step's cache key names, by id; others are taken as they are found. */
  readonly digests?: ReadonlyMap<string, string>;
  /** Entries that came with the step, and where the files of those are that the catalogue lacks. */
  readonly sent?: SentModels;
}

/** Models that another machine knows, as `StepRequest.models` names them. */
export interface SentModels {
  readonly entries: readonly ModelEntry[];
  readonly artifacts: Pick<ArtifactStore, 'has' | 'openTree'>;
}

/**
 * The catalogue's models as one step uses them: only with the digest that its cache key was made of, and looked at
 * again once it has used them. Engines open model files by path and may read them for as long as they are loaded, so
 * their bytes cannot be hashed along.
 */
export class UsedModels {
  readonly #options: UsedModelsOptions;
  readonly #opened = new Map<string, OpenedModel>();
  readonly #sent: ReadonlyMap<string, ModelEntry>;

  constructor(options: UsedModelsOptions) {
    this.#options = options;
    this.#sent = new Map(options.sent?.entries.map((entry) => [entry.id, entry]));
  }

  /**
   * The model's files: those of the catalogue where it has this very model, else of the artifact store where the step
   * brought its entry, else downloaded. `digest` is the one that an input of the step names.
   * Throws `input-changed` where the model has another, and as `Catalogue.fetch` does.
   */
  async open(id: string, digest?: string): Promise<OpenedModel> {
    const { catalogue, digests: _, sent: _sent, ...options } = this.#options;
    const model = (await this.#openSent(id, options)) ?? (await catalogue.open(id, options));
    this.#require(id, model.digest, digest);
    this.#opened.set(`${id} ${model.stamp}`, model);
    return model;
  }

  /** Where each of its files lies, by its path in the model and in that order; as `open`. */
  async files(id: string): Promise<ReadonlyMap<string, string>> {
    const { entry, file } = await this.open(id);
    const paths = entry.files.map(({ path }) => path).sort();
    return new Map(paths.map((path) => [path, file(path)]));
  }

  /** Throws `bad-model` for an unknown id. */
  entry(id: string): ModelEntry {
    return this.#sent.get(id) ?? this.#options.catalogue.entry(id);
  }

  /** Throws `bad-model` for an unknown id, and `input-changed`. */
  facts(id: string): ModelFacts {
    const facts = factsOf(this.entry(id));
    this.#require(id, facts.digest);
    return facts;
  }

  /** Throws `input-changed` where a file of a model that was used no longer holds the bytes that it was opened with. */
  async verify(): Promise<void> {
    for (const model of this.#opened.values()) {
      if (!(await model.isSound())) throw changed(model.entry.id);
    }
  }

  /** A model whose entry came with the step; undefined where the catalogue is to download it. */
  async #openSent(id: string, options: FetchOptions): Promise<OpenedModel | undefined> {
    const { catalogue, sent } = this.#options;
    const entry = this.#sent.get(id);
    if (entry === undefined || sent === undefined) return undefined;
    const digest = modelDigest(entry);
    const isKnown = catalogue.lookup(id)?.digest === digest;
    if (isKnown) {
      const installed = await catalogue.openInstalled(id, options.signal);
      if (installed?.digest === digest) return installed;
    }
    const tree = modelTree(entry);
    if (tree !== undefined && (await sent.artifacts.has(tree.digest))) {
      return storedModel(entry, await fetchTree(sent, tree.digest, options));
    }
    if (isKnown) return undefined;
    const failure = await this.#download(id, options);
    if (catalogue.lookup(id)?.digest === digest) return undefined;
    throw new GraphError(
      'missing-file',
      `The model "${id}" is neither on this worker nor in the artifact store. Where the workspace is: ${howToGet(id)}`,
      { cause: failure },
    );
  }

  /** Downloads a model of a hub that is new here, because the catalogue opens only what it has looked up. Gives why not. */
  async #download(id: string, options: FetchOptions): Promise<unknown> {
    const { catalogue } = this.#options;
    if (!isHubReference(id) || catalogue.lookup(id) !== undefined) return undefined;
    try {
      await catalogue.fetch(id, options);
      return undefined;
    } catch (error) {
      if (options.signal?.aborted === true) throw error;
      return error;
    }
  }

  #require(id: string, found: string, wanted = this.#options.digests?.get(id)): void {
    if (wanted !== undefined && wanted !== found) throw changed(id);
  }
}

/** The folder of a tree, which may have to come from a store far away. */
async function fetchTree(
  { artifacts }: SentModels,
  digest: string,
  { signal, waiting }: FetchOptions,
): Promise<string> {
  waiting?.(true);
  try {
    return await orCancelled(artifacts.openTree(digest), signal);
  } finally {
    waiting?.(false);
  }
}

/** A model in a tree of the artifact store, which is read-only and was verified when it was laid out. */
function storedModel(entry: ModelEntry, folder: string): OpenedModel {
  const file = (path: string): string => join(folder, path);
  const digest = modelDigest(entry);
  return {
    ...{ entry, folder, file, digest },
    // Not of the files' times: reading them is noted there.
    stamp: `stored ${digest}`,
    isSound: async () => {
      const sizes = await Promise.all(
        entry.files.map(async ({ path, size }) => (await stat(file(path))).size === size),
      ).catch(() => [false]);
      return sizes.every(Boolean);
    },
  };
}

function changed(id: string): GraphError {
  return new GraphError(
    'input-changed',
    `The files of the model "${id}" changed after the step was planned. Graft kept no result of them. Run again.`,
  );
}
