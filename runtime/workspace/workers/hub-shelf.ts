import {
  findSelected,
  hubOffers,
  meantOffer,
  type Catalogue,
  type FoundRepo,
  type HubOffer,
  type HubRepo,
} from '@graft/backends/catalogue';
import {
  GraphError,
  matchesWords,
  missingModel,
  parseHubReference,
  repositoryWords,
  type HubReference,
  type ModelEntry,
  type ModelKind,
} from '@graft/graph';

/** A repository of a hub with its models. */
export interface OfferedRepo extends Omit<HubRepo, 'files' | 'licence'> {
  readonly licence: ModelEntry['licence'];
  readonly models: readonly HubOffer[];
  /** The model that the name means, or the usual one. */
  readonly meant?: string;
  /** Why the name means none of them. */
  readonly refusal?: string;
  /** Whether the server has a token for repositories whose licence has to be accepted. */
  readonly hasToken: boolean;
}

/** What a model of a hub is, read before it is downloaded. */
export type HubModelFacts = Pick<
  ModelEntry,
  'kind' | 'architecture' | 'dtype' | 'contextLength' | 'parameters' | 'dimension'
>;

export interface HubSearch {
  readonly text: string;
  /** Absent: language models. */
  readonly kind?: ModelKind | undefined;
  readonly signal: AbortSignal;
}

/** Repositories of a search: as many as one reads. */
const mostFound = 20;
/** Those among which all words of a search are looked for. */
const mostSifted = 200;

/** What a hub has, for whoever chooses a model. Every method throws `bad-model` with one line for people. */
export class HubShelf {
  readonly #catalogue: Pick<Catalogue, 'hub' | 'selection'>;

  constructor(catalogue: Pick<Catalogue, 'hub' | 'selection'>) {
    this.#catalogue = catalogue;
  }

  /** Whether a token is set, wherever. Throws `unavailable` for a settings file that others can read. */
  hasToken(): Promise<boolean> {
    return this.#catalogue.hub.hasToken();
  }

  /**
   * Most downloaded first. Embedders and cross-encoders share GGUF with language models, which are downloaded more: each
   * format has its part. Words that the hub finds in no name together, as in `smollm2:135m`, are looked for one by one; a
   * precision is in no name.
   */
  async search({ text, kind = 'language-model', signal }: HubSearch): Promise<FoundRepo[]> {
    const formats = kind === 'language-model' ? (['gguf'] as const) : (['gguf', 'onnx'] as const);
    const ask = async (words: string, limit: number): Promise<FoundRepo[]> => {
      const found = await Promise.all(
        formats.map((format) => this.#catalogue.hub.search({ text: words, format, limit, signal })),
      );
      const byName = new Map(found.flat().map((repo) => [repo.repo, repo]));
      return [...byName.values()].toSorted((a, b) => b.downloads - a.downloads);
    };
    const words = repositoryWords(text);
    const found = await ask(words.join(' '), mostFound / formats.length);
    const [longest] = words.toSorted((a, b) => b.length - a.length);
    if (found.length > 0 || longest === undefined || words.length < 2) return found;
    const sifted = await ask(longest, mostSifted);
    return sifted.filter(({ repo }) => matchesWords(words, [repo])).slice(0, mostFound);
  }

  /** The repository that a reference names, with all of its models. */
  async repo(name: string, signal: AbortSignal): Promise<OfferedRepo> {
    const reference = referenceOf(name);
    const { hub, selection } = this.#catalogue;
    const found = await hub.repo(reference.repo, reference.revision, signal);
    const { files: _, licence: id, ...repo } = found;
    const licence = findSelected(selection, found)?.licence ?? {
      id,
      url: repo.page,
      consent: false,
    };
    return {
      ...{ ...repo, licence, models: hubOffers(found, reference), hasToken: await hub.hasToken() },
      ...meant(found, reference),
    };
  }

  /** Reads the header of a GGUF file, or the small files beside other weights. */
  async describe(model: string, signal: AbortSignal): Promise<HubModelFacts> {
    const described = await this.#catalogue.hub.describe(referenceOf(model), signal);
    const { kind, architecture, dtype, contextLength, parameters, dimension } = described;
    return {
      ...{ kind, architecture, dtype, contextLength, parameters },
      ...(dimension === undefined ? {} : { dimension }),
    };
  }
}

function referenceOf(name: string): HubReference {
  const reference = parseHubReference(name);
  if (reference === undefined) throw new GraphError('bad-model', missingModel(name));
  return reference;
}

/** A bare name means the usual model of a repository; where none of several is usual, it means none. */
function meant(repo: HubRepo, reference: HubReference): Pick<OfferedRepo, 'meant' | 'refusal'> {
  try {
    const model = meantOffer(repo, reference)?.model;
    return model === undefined ? {} : { meant: model };
  } catch (error) {
    const { quant, path } = reference;
    const isOpen =
      quant === undefined && path === undefined && hubOffers(repo, reference).length > 0;
    return isOpen ? {} : { refusal: GraphError.from(error).message };
  }
}
