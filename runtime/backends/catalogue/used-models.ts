import { GraphError, type ModelEntry, type ModelFacts } from '@graft/graph';
import type { Catalogue, FetchOptions, OpenedModel } from './catalogue-contract.ts';
import { factsOf } from './model-facts.ts';

export interface UsedModelsOptions extends FetchOptions {
  readonly catalogue: Catalogue;
  /** Of the models that the step's cache key names, by id; others are taken as they are found. */
  readonly digests?: ReadonlyMap<string, string>;
}

/**
 * The catalogue's models as one step uses them: only with the digest that its cache key was made of, and looked at
 * again once it has used them. Engines open model files by path and may read them for as long as they are loaded, so
 * their bytes cannot be hashed along.
 */
export class UsedModels {
  readonly #options: UsedModelsOptions;
  readonly #opened = new Map<string, OpenedModel>();

  constructor(options: UsedModelsOptions) {
    this.#options = options;
  }

  /**
   * The model's files, downloaded first where they are missing. `digest` is the one that an input of the step names.
   * Throws `input-changed` where the model has another, and as `Catalogue.fetch` does.
   */
  async open(id: string, digest?: string): Promise<OpenedModel> {
    const { catalogue, digests: _, ...options } = this.#options;
    const model = await catalogue.open(id, options);
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
    return this.#options.catalogue.entry(id);
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

  #require(id: string, found: string, wanted = this.#options.digests?.get(id)): void {
    if (wanted !== undefined && wanted !== found) throw changed(id);
  }
}

function changed(id: string): GraphError {
  return new GraphError(
    'input-changed',
    `The files of the model "${id}" changed after the step was planned. Graft kept no result of them. Run again.`,
  );
}
