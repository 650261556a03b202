import type { EncoderTokenizer, Tokenizer } from './tokenizer.ts';
import type { ModelSource } from './model-source.ts';
import type { EmbeddedTexts } from '../rows/embedding-layout.ts';
import type {
  CrossEncoderInfo,
  EmbedderInfo,
  RemoteCrossEncoderInfo,
  RemoteEmbedderInfo,
} from '../rows/encoder-types.ts';
import type { RemoteAsking } from '../rows/model.ts';
import type { TreeInput } from '../types/node-type.ts';
import type { EmbeddedChunk, Hit, IndexInfo } from '../rows/port-types.ts';
import type { Training, WeightedAdapter } from './training.ts';

/** A sentence embedder. */
export interface Embedder {
  readonly model: string;
  readonly dimension: number;
  readonly device: string;
  /** Unit-length vectors, one a text, `dimension` wide. Cuts texts, with their prompt, beyond the context. */
  embed(texts: readonly string[], signal: AbortSignal): Promise<Float32Array[]>;
  /**
   * Unit-length vectors of every token of a text without a prompt, row-major `[tokens, dimension]`, for late interaction.
   * Throws `bad-model` for an embedder whose tokens have vectors of another width.
   */
  embedTokens(
    texts: readonly string[],
    signal: AbortSignal,
  ): Promise<{ tokens: number; vectors: Float32Array }[]>;
}

/** A trained cross-encoder, as it arrives at an input. */
export type TrainedCrossEncoder = TreeInput<CrossEncoderInfo>;

/** A cross-encoder at an input: trained, or on a server. */
export type ConnectedCrossEncoder = TreeInput<CrossEncoderInfo | RemoteCrossEncoderInfo>;

/** A trained embedder, as it arrives at an input. */
export type TrainedEmbedder = TreeInput<EmbedderInfo>;

/** An embedder at an input: trained, or on a server. */
export type ConnectedEmbedder = TreeInput<EmbedderInfo | RemoteEmbedderInfo>;

/** How a step asks an encoder on a server; others ignore it. */
export interface RemoteUse {
  /** From the facets of its input; absent: one request at a time, without a key. */
  readonly asking?: RemoteAsking;
  /** Receives, for people, the reason for a delay. */
  readonly onDelay?: (why: string) => void;
}

/** What a step embeds, and how. */
export interface EmbedderUse extends RemoteUse {
  /** Models may put a prompt before them, and a query adapter maps only questions; default: passages. */
  readonly texts?: EmbeddedTexts;
  /** Text before each text, instead of the model's own prompt; absent or empty: the model's own. */
  readonly prompt?: string;
  /** Components to keep of each vector, which is then normalised again; absent or 0: all. */
  readonly dimension?: number;
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
  /** How likely the model found its own text; absent if the model cannot tell. */
  readonly likelihood?: true;
}
export interface GenerateResult {
  readonly text: string;
  readonly promptTokens: number;
  /** Prompt tokens at the beginning that the model did not read again, because an earlier request began with them. */
  readonly reusedTokens: number;
  readonly completionTokens: number;
  readonly finishReason: 'stop' | 'length' | 'aborted';
  /** The token count is an estimate from the text. */
  readonly guessedTokens?: true;
  /** Natural logarithm of the probability of all written tokens, if requested. */
  readonly logProbability?: number;
}
/** Possible beginnings of an answer, to learn how likely the model finds each. */
export interface LikelihoodRequest {
  readonly system: string;
  readonly prompt: string;
  /** None is empty. */
  readonly choices: readonly string[];
}
/** Result for one choice. */
export interface Likelihood {
  /** Natural logarithm of the probability of all its tokens in sequence; -87 for practically impossible ones. */
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
  /** Requests that it takes at once. */
  readonly parallel: number;
  /** Encoding that its weights are read as, for people; absent: as published. */
  readonly readAs?: string;
  /** Throws `bad-input` for a request that it cannot answer; it may still answer others. */
  generate(
    request: GenerateRequest,
    options: {
      readonly signal: AbortSignal;
      readonly onText?: (text: string) => void;
      /** Receives, for people, the reason for a delay. */
      readonly onDelay?: (why: string) => void;
    },
  ): Promise<GenerateResult>;
  /**
   * Reads the prompt once and writes nothing. Absent if the model tells no probabilities, such as a remote one. Throws
   * `bad-input` as `generate` does, and the signal's reason when it aborts.
   */
  likelihoods?(
    request: LikelihoodRequest,
    options: { readonly signal: AbortSignal },
  ): Promise<LikelihoodResult>;
  /** An estimate for remote models. */
  countTokens(text: string): number;
}

export type RetrievalMode = 'dense' | 'bm25' | 'hybrid';
export interface SearchRequest {
  readonly mode: RetrievalMode;
  readonly text: string;
  /** Required by `dense` and `hybrid`. */
  readonly vector?: Float32Array;
  readonly k: number;
  /** Candidates of each side before fusion. */
  readonly candidates: number;
  /** Constant of reciprocal rank fusion: score = Σ 1 / (constant + rank). */
  readonly rrf: number;
  /** Selects chunks whose path matches one of these globs and whose metadata equal these values. */
  readonly filter: {
    readonly paths: readonly string[];
    readonly metadata: Readonly<Record<string, string>>;
  };
}
/** An open index. The opener closes it; `ctx.backends` closes its own when the step ends. */
export interface SearchIndex extends Disposable {
  readonly info: IndexInfo;
  search(request: SearchRequest, signal: AbortSignal): Promise<Hit[]>;
}
export interface BuildIndexRequest {
  /** The chunks. The iterable may be requested again. */
  readonly rows: () => AsyncIterable<EmbeddedChunk>;
  readonly dimension: number;
  /** Empty folder to write into. */
  readonly folder: string;
  /** Language of the BM25 tokenizer, for stemming and stop words. */
  readonly language: string;
  /** `flat`: none, exact. `ivf`: vectors in clusters, of which a few are compared. `hnsw`: a graph of neighbours. */
  readonly kind: 'flat' | 'ivf' | 'hnsw';
  /** Folder of an earlier index over mostly the same chunks, which the new one need not build again. */
  readonly previous?: string;
}
export interface BuiltIndex {
  readonly rows: number;
  /** Chunks taken from the earlier index. */
  readonly reused: number;
}

/**
 * Encoding of a language model's weights while it runs. `fastest`: on a CPU the encoding that it reads fastest,
 * converted from the published file if necessary; answers differ by rounding. `as-published`: the file's.
 */
export type ModelEncoding = 'fastest' | 'as-published';

export interface LanguageModelOptions {
  /** Default `fastest`. */
  readonly encoding?: ModelEncoding;
  readonly contextLength: number;
  readonly parallel: number;
  readonly adapters?: readonly WeightedAdapter[];
}

/** Inference engines. Each loads its model (and first downloads it, with progress) and shares it. */
export interface InferenceBackends {
  /** By catalogue id, or the one at an input. */
  embedder(model: string | ConnectedEmbedder, use?: EmbedderUse): Promise<Embedder>;
  /** Tokenizer of an encoder in the catalogue. */
  encoderTokenizer(model: string): Promise<EncoderTokenizer>;
  /** By catalogue id, or the one at an input. */
  crossEncoder(model: string | ConnectedCrossEncoder, use?: RemoteUse): Promise<CrossEncoder>;
  /** Adds adapters to the shared base, each times its weight. */
  languageModel(model: ModelSource, options: LanguageModelOptions): Promise<LanguageModel>;
  tokenizer(model: ModelSource): Promise<Tokenizer>;
  buildIndex(request: BuildIndexRequest): Promise<BuiltIndex>;
  /** `ctx.backends` returns the same one for each batch of the step. */
  openIndex(folder: string, info: IndexInfo): Promise<SearchIndex>;
}

/** What `ctx.backends` offers. */
export interface Backends extends InferenceBackends {
  training(): Promise<Training>;
}
