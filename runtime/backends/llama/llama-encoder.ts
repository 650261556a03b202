import { availableParallelism } from 'node:os';
import type { CrossEncoder } from '@graft/graph';
import {
  LlamaVocabularyType,
  type LlamaEmbeddingContext,
  type LlamaModel,
  type LlamaRankingContext,
  type LlamaRankingContextOptions,
  type Token,
} from 'node-llama-cpp';
import { keptOfPair } from '../onnx/cut-tokens.ts';
import { unitLength } from '../onnx/unit-length.ts';
import type { LlamaRuntime } from './llama-runtime.ts';
import { loadError } from './llama-weights.ts';
import { SlotPool } from './slot-pool.ts';

export interface LlamaEncoderOptions {
  /** Name of the model in messages. */
  readonly id: string;
  readonly runtime: LlamaRuntime;
  /** Tokens of a text, or of a question and its passage; the rest is cut. */
  readonly contextLength: number;
  /** Threads of all contexts together. */
  readonly threads?: number;
}

/** A context reads one text at a time, so several work side by side. */
const mostContexts = 4;

/** Contexts of an encoder, and threads of each: fixed, because another number of threads changes sums. */
export function contextsAtOnce({ runtime, threads }: LlamaEncoderOptions): {
  readonly contexts: number;
  readonly threads: number;
} {
  if (runtime.device !== 'cpu') return { contexts: 1, threads: 1 };
  const cores = threads ?? availableParallelism();
  const contexts = Math.max(1, Math.min(mostContexts, cores));
  return { contexts, threads: Math.max(1, Math.floor(cores / contexts)) };
}

/** Markers that llama.cpp puts around a text, at most. */
const markers = 4;

/** The size of a context that reads `contextLength` tokens with their markers. */
export const contextSize = (contextLength: number): number => contextLength + markers;

/** An embedder over loaded weights. It pools as the GGUF file says; vectors get unit length here. */
export class LlamaEmbedder implements AsyncDisposable {
  readonly model: string;
  readonly dimension: number;
  readonly device: string;
  readonly #weights: LlamaModel;
  readonly #most: number;
  readonly #pool: SlotPool<LlamaEmbeddingContext>;

  constructor(weights: LlamaModel, options: LlamaEncoderOptions) {
    this.model = options.id;
    this.device = options.runtime.device;
    this.dimension = weights.embeddingVectorSize;
    this.#weights = weights;
    this.#most = options.contextLength;
    this.#pool = encoderPool(options, (sizes) => weights.createEmbeddingContext(sizes));
  }

  /** `prompt` stands before each text. */
  async embed(texts: readonly string[], signal: AbortSignal, prompt = ''): Promise<Float32Array[]> {
    return Promise.all(
      texts.map((text) =>
        this.#pool.use(signal, (context) => this.#vectorOf(context, prompt + text)),
      ),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await disposeAll(this.#pool);
  }

  async #vectorOf(context: LlamaEmbeddingContext, text: string): Promise<Float32Array> {
    const { bos } = this.#weights.tokens;
    const own = this.#weights.tokenize(text).slice(0, this.#most - markersOf(this.#weights));
    // The library gives no vector for no tokens.
    const tokens = own.length === 0 && bos !== null ? [bos] : own;
    const { vector } = await context.getEmbeddingFor(tokens);
    const result = new Float32Array(this.dimension);
    result.set(vector.slice(0, this.dimension));
    unitLength(result, this.model);
    return result;
  }
}

/** Logits beyond this are certain: a probability of 1 has none. */
const largestLogit = 36;

/** A cross-encoder over loaded weights with a score head. */
export class LlamaCrossEncoder implements CrossEncoder, AsyncDisposable {
  readonly model: string;
  readonly device: string;
  readonly #weights: LlamaModel;
  readonly #most: number;
  readonly #pool: SlotPool<LlamaRankingContext>;

  constructor(weights: LlamaModel, options: LlamaEncoderOptions) {
    this.model = options.id;
    this.device = options.runtime.device;
    this.#weights = weights;
    this.#most = options.contextLength;
    const template = pairTemplate(weights);
    this.#pool = encoderPool(options, (sizes) =>
      weights.createRankingContext({
        ...sizes,
        ...(template === undefined ? {} : { template }),
      }),
    );
  }

  /** Logits, one for each passage, in order. Of a pair that is too long, the longer text is cut first. */
  async score(query: string, passages: readonly string[], signal: AbortSignal): Promise<number[]> {
    const tokens = (text: string): Token[] =>
      this.#weights.tokenize(text, false, 'trimLeadingSpace');
    const asked = tokens(query);
    return Promise.all(
      passages.map((passage) =>
        this.#pool.use(signal, async (context) =>
          logit(await this.#rank(context, asked, tokens(passage))),
        ),
      ),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await disposeAll(this.#pool);
  }

  #rank(context: LlamaRankingContext, query: Token[], passage: Token[]): Promise<number> {
    const marked = context.calculateInputLength(query, passage);
    const room = this.#most - (marked - query.length - passage.length);
    const [first, second] = keptOfPair(query.length, passage.length, Math.max(0, room));
    return context.rank(query.slice(0, first), passage.slice(0, second));
  }
}

type PairTemplate = NonNullable<LlamaRankingContextOptions['template']>;

const isPairTemplate = (text: string): text is PairTemplate =>
  text.includes('{{query}}') && text.includes('{{document}}');

/**
 * The template that joins a question and a passage, for models that the library would join wrongly: it puts a missing end
 * token before a template's text, and leaves out the separator after the passage of a BERT. Undefined: the library is right.
 */
function pairTemplate({ tokens, fileInfo, vocabularyType }: LlamaModel): PairTemplate | undefined {
  const own: unknown = fileInfo.metadata.tokenizer['chat_template.rerank'];
  const { bosString, eosString, sepString, shouldAppendEosToken } = tokens;
  if (own === undefined && vocabularyType === LlamaVocabularyType.wpm && sepString !== null) {
    return `${bosString ?? ''}{{query}}${sepString}{{document}}${sepString}`;
  }
  if (typeof own !== 'string' || eosString === null || !shouldAppendEosToken) return undefined;
  if (own.endsWith(eosString)) return undefined;
  const template = own.replaceAll('{query}', '{{query}}').replaceAll('{document}', '{{document}}');
  const ended = template + eosString;
  return isPairTemplate(ended) ? ended : undefined;
}

/** Tokens that the library adds to a text of this model. */
function markersOf({ tokens }: LlamaModel): number {
  const { bos, eos, sep } = tokens;
  return (bos === null ? 0 : 1) + (eos === null && sep === null ? 0 : 1);
}

function logit(probability: number): number {
  const value = Math.log(probability / (1 - probability));
  return Math.min(largestLogit, Math.max(-largestLogit, value));
}

interface ContextSizes {
  readonly contextSize: number;
  readonly batchSize: number;
  readonly threads: number;
}

function encoderPool<Context>(
  options: LlamaEncoderOptions,
  create: (sizes: ContextSizes) => Promise<Context>,
): SlotPool<Context> {
  const { contexts, threads } = contextsAtOnce(options);
  const size = contextSize(options.contextLength);
  return new SlotPool(contexts, async () => {
    try {
      // A text is read whole: its tokens see each other.
      return await create({ contextSize: size, batchSize: size, threads });
    } catch (cause) {
      throw loadError(options.id, cause, await options.runtime.complaint());
    }
  });
}

async function disposeAll(pool: SlotPool<{ dispose(): Promise<void> }>): Promise<void> {
  await Promise.all((await pool.close()).map((context) => context.dispose()));
}
