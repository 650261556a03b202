import type { EncoderTokenizer, Tokenizer } from './tokenizer.ts';
import type { ModelSource } from './model-source.ts';
import type { EmbedderInfo, CrossEncoderInfo } from '../rows/encoder-types.ts';
import type { TreeInput } from '../types/node-type.ts';
import type { Chunk, EmbeddedChunk, Hit, IndexInfo, ModelRef } from '../rows/port-types.ts';
import type { Training, WeightedAdapter } from './training.ts';

/** A sentence embedder. */
export interface Embedder {
  readonly model: string;
  readonly dimension: number;
  readonly device: string;
  /** Unit-length vectors, one a text, each `dimension` wide. Texts over the context are cut. */
  embed(texts: readonly string[], signal: AbortSignal): Promise<Float32Array[]>;
  /** Unit-length vectors of every token of a text, row-major `[tokens, dimension]`, for late interaction. */
  embedTokens(
    texts: readonly string[],
    signal: AbortSignal,
  ): Promise<{ tokens: number; vectors: Float32Array }[]>;
  countTokens(text: string): number;
}

/** A cross-encoder that was trained, as it arrives at an input. */
export type TrainedCrossEncoder = TreeInput<CrossEncoderInfo>;

/** An embedder that was trained, as it arrives at an input, and what it is to embed: a query adapter maps questions alone. */
export interface TrainedEmbedder {
  readonly trained: TreeInput<EmbedderInfo>;
  readonly texts: 'questions' | 'passages';
}

/** Scores (query, passage) pairs; higher is more relevant. */
export interface CrossEncoder {
  readonly model: string;
  readonly device: string;
  score(query: string, passages: readonly string[], signal: AbortSignal): Promise<number[]>;
}

export interface GenerateRequest {
  readonly system: string;
  readonly prompt: string;
  readonly maxTokens: number;
  readonly temperature: number;
  readonly topK: number;
  readonly topP: number;
  readonly minP: number;
  readonly repeatPenalty: number;
  readonly seed: number;
  readonly stop: readonly string[];
  /** Tell how likely the model found what it wrote; those that cannot leave it out. */
  readonly likelihood?: true;
}
export interface GenerateResult {
  readonly text: string;
  readonly promptTokens: number;
  /** Of the prompt's, those at its beginning that were not read again, since a request before had begun with them. */
  readonly reusedTokens: number;
  readonly completionTokens: number;
  readonly finishReason: 'stop' | 'length' | 'aborted';
  /** Nobody counted the tokens: they are guessed from the text. */
  readonly guessedTokens?: true;
  /** Natural logarithm of the probability of all tokens that were written, where it was asked for. */
  readonly logProbability?: number;
}
/** How an answer might begin, to be told how likely a model finds each. */
export interface LikelihoodRequest {
  readonly system: string;
  readonly prompt: string;
  /** None is empty. */
  readonly choices: readonly string[];
}
/** Of one choice. */
export interface Likelihood {
  /** Natural logarithm of the probability of all of its tokens, one after the other; -87 for what is all but impossible. */
  readonly logProbability: number;
  readonly tokens: number;
}
/** In the order of the choices. */
export interface LikelihoodResult {
  readonly likelihoods: readonly Likelihood[];
  readonly promptTokens: number;
}
/** A language model, loaded or remote; several requests may run at once. */
export interface LanguageModel {
  readonly model: string;
  readonly device: string;
  /** Tokens. */
  readonly contextLength: number;
  /** How many requests it takes at once. */
  readonly parallel: number;
  /** What its weights are read as, for people; absent: as they were published. */
  readonly readAs?: string;
  /** Throws `bad-input` for a request that cannot be answered, though others may be. */
  generate(
    request: GenerateRequest,
    options: {
      readonly signal: AbortSignal;
      readonly onText?: (text: string) => void;
      /** Told, for people, why it takes longer. */
      readonly onDelay?: (why: string) => void;
    },
  ): Promise<GenerateResult>;
  /**
   * Reads the prompt once, and writes nothing. Absent where nobody tells probabilities, as of a remote model. Throws
   * `bad-input` as `generate` does, and the signal's reason when it aborts.
   */
  likelihoods?(
    request: LikelihoodRequest,
    options: { readonly signal: AbortSignal },
  ): Promise<LikelihoodResult>;
  /** A guess where the model is remote. */
  countTokens(text: string): number;
}

export type RetrievalMode = 'dense' | 'bm25' | 'hybrid';
export interface SearchRequest {
  readonly mode: RetrievalMode;
  readonly text: string;
  /** Needed by `dense` and `hybrid`. */
  readonly vector?: Float32Array;
  readonly k: number;
  /** Candidates of each side before fusion. */
  readonly candidates: number;
  /** Constant of reciprocal rank fusion: score = Σ 1 / (constant + rank). */
  readonly rrf: number;
  /** Only chunks whose path matches one of these globs, and whose metadata equal these values. */
  readonly filter: {
    readonly paths: readonly string[];
    readonly metadata: Readonly<Record<string, string>>;
  };
}
/** An opened index. Whoever opened it closes it; one from `ctx.backends` is closed when its step ends. */
export interface SearchIndex extends Disposable {
  readonly info: IndexInfo;
  search(request: SearchRequest, signal: AbortSignal): Promise<Hit[]>;
}
export interface BuildIndexRequest {
  /** The chunks; they may be asked for again. */
  readonly rows: () => AsyncIterable<EmbeddedChunk>;
  readonly dimension: number;
  /** Empty folder to write into. */
  readonly folder: string;
  /** Language of the BM25 tokenizer: stemming and stop words. */
  readonly language: string;
  /** `flat`: none, exact. `ivf`: vectors in groups of their like, a few of which are compared. `hnsw`: a graph of neighbours. */
  readonly kind: 'flat' | 'ivf' | 'hnsw';
  /** Folder of an index that was built before, of much the same chunks: what it has of them need not be built again. */
  readonly previous?: string;
}
export interface BuiltIndex {
  readonly rows: number;
  /** Of these, those that were not built anew. */
  readonly reused: number;
}

/**
 * How a language model's weights are encoded while it reads and writes. `fastest`: on a CPU as what it reads quickest,
 * made of the published file where need be; answers differ by rounding. `as-published`: as the file has them.
 */
export type ModelEncoding = 'fastest' | 'as-published';

export interface LanguageModelOptions {
  /** Default `fastest`. */
  readonly encoding?: ModelEncoding;
  readonly contextLength: number;
  readonly parallel: number;
  readonly adapters?: readonly WeightedAdapter[];
}

/** Engines of inference. Each loads its model (downloading it first, with progress) and shares it. */
export interface InferenceBackends {
  /** By its id in the catalogue, or one that was trained. */
  embedder(model: string | TrainedEmbedder): Promise<Embedder>;
  /** Of an encoder of the catalogue. */
  encoderTokenizer(model: string): Promise<EncoderTokenizer>;
  /** By its id in the catalogue, or one that was trained. */
  crossEncoder(model: string | TrainedCrossEncoder): Promise<CrossEncoder>;
  /** Adapters are added to the one loaded base, each times its weight. */
  languageModel(model: ModelSource, options: LanguageModelOptions): Promise<LanguageModel>;
  tokenizer(model: ModelSource): Promise<Tokenizer>;
  buildIndex(request: BuildIndexRequest): Promise<BuiltIndex>;
  /** From `ctx.backends`, the same one for each batch of the step. */
  openIndex(folder: string, info: IndexInfo): Promise<SearchIndex>;
}

/** What `ctx.backends` offers. */
export interface Backends extends InferenceBackends {
  training(): Promise<Training>;
}
export type { Chunk, EmbeddedChunk, Hit, ModelRef };
