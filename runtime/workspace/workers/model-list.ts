import type { Catalogue } from '@graft/backends/catalogue';
import type { ModelFacts } from '@graft/graph';

/** The catalogue's models, at hand without waiting; each look also reads anew what the next one will see. */
export class ModelList {
  readonly #catalogue: Catalogue;
  #models: readonly ModelFacts[];
  #reading: Promise<void> | undefined;

  static async open(catalogue: Catalogue): Promise<ModelList> {
    return new ModelList(catalogue, await read(catalogue));
  }

  private constructor(catalogue: Catalogue, models: readonly ModelFacts[]) {
    this.#catalogue = catalogue;
    this.#models = models;
  }

  current(): readonly ModelFacts[] {
    if (this.#reading === undefined) void this.refresh();
    return this.#models;
  }

  /** Reads them anew: what was there when it was called is seen. */
  async refresh(): Promise<void> {
    await this.#reading;
    this.#reading = this.#read();
    await this.#reading;
  }

  async #read(): Promise<void> {
    try {
      this.#models = await read(this.#catalogue);
    } catch {
      // What was known stays; a damaged catalogue is reported by what uses a model.
    } finally {
      this.#reading = undefined;
    }
  }
}

const read = async (catalogue: Catalogue): Promise<readonly ModelFacts[]> =>
  (await catalogue.list()).map(({ facts }) => facts);
