import type { Catalogue } from '@graft/backends/catalogue';
import type { ModelFacts } from '@graft/graph';

/** The catalogue's models, at hand without waiting; each look also reads anew what the next one will see. */
export class ModelList {
  readonly #catalogue: Catalogue;
  #models: readonly ModelFacts[];
  #reading = false;

  static async open(catalogue: Catalogue): Promise<ModelList> {
    return new ModelList(catalogue, await read(catalogue));
  }

  private constructor(catalogue: Catalogue, models: readonly ModelFacts[]) {
    this.#catalogue = catalogue;
    this.#models = models;
  }

  current(): readonly ModelFacts[] {
    void this.#refresh();
    return this.#models;
  }

  async #refresh(): Promise<void> {
    if (this.#reading) return;
    this.#reading = true;
    try {
      this.#models = await read(this.#catalogue);
    } catch {
      // What was known stays; a damaged catalogue is reported by what uses a model.
    } finally {
      this.#reading = false;
    }
  }
}

const read = async (catalogue: Catalogue): Promise<readonly ModelFacts[]> =>
  (await catalogue.list()).map(({ facts }) => facts);
