import {
  GraphError,
  type GenerateRequest,
  type GenerateResult,
  type Likelihood,
} from '@graft/graph';
import type {
  LlamaContext,
  LlamaContextSequence,
  LlamaModel,
  SequenceEvaluateOptions,
  Token,
} from 'node-llama-cpp';
import type { ChatPrompt } from './chat-template.ts';
import type { LlamaAdapter } from './llama-adapters.ts';
import { TextStream } from './text-stream.ts';

export interface SlotOptions {
  /** Tokens. */
  readonly contextLength: number;
  readonly threads: number;
  readonly device: string;
  readonly adapters: readonly LlamaAdapter[];
}

/** llama.cpp's default window of the repeat penalty. */
const penaltyWindow = 64;

/** Probabilities are float32: smaller ones underflow. */
const leastProbability = 1e-38;

/**
 * Runs one request at a time, in its own context. Measured: requests that share a batch change each other's sums (2 of
 * 4 texts differed), and so does another number of threads. So each slot has its own context and a fixed number of
 * threads, and evaluates a prompt in the same pieces whatever preceded it. It reuses whole pieces that the previous
 * prompt began with.
 */
export class LlamaSlot {
  readonly #model: LlamaModel;
  readonly #context: LlamaContext;
  readonly #sequence: LlamaContextSequence;
  readonly #limit: number;
  /** Tokens evaluated between two checks of the signal: at most about a second on a slow CPU. */
  readonly #piece: number;
  /** Pieces of the last prompt in the context, from its beginning. */
  #pieces: readonly (readonly Token[])[] = [];

  private constructor(model: LlamaModel, context: LlamaContext, options: SlotOptions) {
    this.#model = model;
    this.#context = context;
    this.#sequence = context.getSequence();
    this.#limit = options.contextLength;
    this.#piece = pieceSize(options.device);
  }

  static async create(model: LlamaModel, options: SlotOptions): Promise<LlamaSlot> {
    const context = await model.createContext({
      contextSize: options.contextLength,
      sequences: 1,
      batchSize: pieceSize(options.device),
      threads: { ideal: options.threads, min: options.threads },
      lora: { adapters: options.adapters.map(({ filePath, scale }) => ({ filePath, scale })) },
      // A shorter context than requested would truncate answers.
      failedCreationRemedy: false,
    });
    return new LlamaSlot(model, context, options);
  }

  /** Bytes of the context. */
  get memory(): number {
    const { ram, vram } = this.#context.memoryUsage;
    return ram + vram;
  }

  async generate(
    request: GenerateRequest,
    prompt: ChatPrompt,
    options: { readonly signal: AbortSignal; readonly onText?: (text: string) => void },
  ): Promise<GenerateResult> {
    const stops = [...request.stop, ...prompt.stopTexts];
    const stream = new TextStream<Token>(
      (tokens, before) => this.#model.detokenize(tokens, false, before),
      stops,
      (text) => options.onText?.(text),
    );
    let reusedTokens = 0;
    let logProbability = 0;
    const result = (
      completionTokens: number,
      finishReason: GenerateResult['finishReason'],
    ): GenerateResult => ({
      text: stream.text,
      promptTokens: prompt.tokens.length,
      reusedTokens,
      completionTokens,
      finishReason,
      ...(request.likelihood === true ? { logProbability } : {}),
    });
    const pieces = piecesOf(prompt, this.#piece);
    const last = pieces.pop() ?? [];
    reusedTokens = await this.#keep(pieces);
    if (!(await this.#evaluate(pieces, options.signal))) return result(0, 'aborted');
    const written: Token[] = [];
    const room = Math.min(request.maxTokens, this.#limit - prompt.tokens.length);
    const sampling = samplingOf(request, written);
    const confidence = request.likelihood === true;
    for await (const { token, confidence: sure } of this.#write([...last], sampling, confidence)) {
      if (options.signal.aborted) return result(written.length, 'aborted');
      if (prompt.stopTokens.has(token)) break;
      written.push(token);
      logProbability += Math.log(Math.max(sure ?? 1, leastProbability));
      if (stream.push(token)) return result(written.length, 'stop');
      if (written.length >= room) {
        stream.end();
        return result(written.length, 'length');
      }
    }
    stream.end();
    return result(written.length, 'stop');
  }

  /** Probability of each choice after the prompt, by the model alone, without a sampler. */
  async likelihoods(
    prompt: ChatPrompt,
    choices: readonly (readonly Token[])[],
    signal: AbortSignal,
  ): Promise<Likelihood[]> {
    const pieces = piecesOf(prompt, this.#piece);
    const last = pieces.pop() ?? [];
    const read = async (): Promise<ReadonlyMap<Token, number>> => {
      await this.#keep(pieces);
      await this.#evaluate(pieces, signal);
      signal.throwIfAborted();
      return (await this.#next(last, last.length - 1))[0] ?? new Map();
    };
    const first = await read();
    const results: Likelihood[] = [];
    let isRead = true;
    for (const choice of choices) {
      const [begin, ...others] = choice;
      if (begin === undefined) continue;
      let logProbability = logOf(first, begin);
      if (others.length > 0) {
        if (!isRead) await read();
        isRead = false;
        const next = await this.#next(choice.slice(0, -1), 0);
        for (const [at, token] of others.entries()) logProbability += logOf(next[at], token);
      }
      results.push({ logProbability, tokens: choice.length });
    }
    return results;
  }

  async dispose(): Promise<void> {
    await this.#context.dispose();
  }

  /** Tokens at the beginning of a prompt that need no evaluation. */
  reusableTokens(prompt: ChatPrompt): number {
    return lengthOf(this.#reusable(piecesOf(prompt, this.#piece).slice(0, -1)));
  }

  /**
   * The pieces in the context. None for a model that cannot return to an earlier position: a recurrent one, or one with
   * a sliding window. The library would return anyway, and the text would change.
   */
  #reusable(pieces: readonly (readonly Token[])[]): readonly (readonly Token[])[] {
    return this.#sequence.needsCheckpoints ? [] : this.#equalPieces(pieces);
  }

  #equalPieces(pieces: readonly (readonly Token[])[]): readonly (readonly Token[])[] {
    const differs = pieces.findIndex((piece, at) => !isEqual(piece, this.#pieces[at]));
    return differs < 0 ? pieces : pieces.slice(0, differs);
  }

  /** Keeps only the pieces in the context that these begin with; returns their tokens. */
  async #keep(pieces: readonly (readonly Token[])[]): Promise<number> {
    const kept = this.#reusable(pieces);
    const start = lengthOf(kept);
    const end = this.#sequence.nextTokenIndex;
    this.#pieces = [];
    if (start > 0 && end > start) await this.#sequence.eraseContextTokenRanges([{ start, end }]);
    if (start === 0 || this.#sequence.nextTokenIndex !== start) {
      await this.#sequence.clearHistory();
      return 0;
    }
    this.#pieces = kept;
    return start;
  }

  /** The sampler's choices, token by token, with probabilities if requested. */
  async *#write(
    tokens: Token[],
    sampling: SequenceEvaluateOptions,
    confidence: boolean,
  ): AsyncGenerator<{ readonly token: Token; readonly confidence?: number }> {
    if (confidence) {
      const metadata = { confidence: true } as const;
      const written = this.#sequence.evaluateWithMetadata(tokens, metadata, sampling);
      for await (const { token, confidence: sure } of written) yield { token, confidence: sure };
      return;
    }
    for await (const token of this.#sequence.evaluate(tokens, sampling)) yield { token };
  }

  /** Evaluates tokens; returns the probabilities of what follows each from `from` on. */
  async #next(tokens: readonly Token[], from: number): Promise<ReadonlyMap<Token, number>[]> {
    // At temperature 0 nothing is cut off before probabilities are taken.
    const generateNext = { probabilities: true, options: { temperature: 0 } };
    const outputs = await this.#sequence.controlledEvaluate(
      tokens.map((token, at) => (at < from ? token : [token, { generateNext }])),
    );
    return outputs.slice(from).map((output) => output?.next.probabilities ?? new Map());
  }

  /** Evaluates the pieces that are not in the context yet; false if aborted. */
  async #evaluate(pieces: readonly (readonly Token[])[], signal: AbortSignal): Promise<boolean> {
    for (const piece of pieces.slice(this.#pieces.length)) {
      if (signal.aborted) return false;
      await this.#sequence.evaluateWithoutGeneratingNewTokens([...piece]);
      this.#pieces = [...this.#pieces, piece];
    }
    return !signal.aborted;
  }
}

/** Pieces end at the system prompt, so that what follows is always cut at the same positions. */
function piecesOf({ tokens, shared }: ChatPrompt, size: number): (readonly Token[])[] {
  return [...cut(tokens.slice(0, shared), size), ...cut(tokens.slice(shared), size)];
}

function logOf(next: ReadonlyMap<Token, number> | undefined, token: Token): number {
  return Math.log(Math.max(next?.get(token) ?? 0, leastProbability));
}

function lengthOf(pieces: readonly (readonly Token[])[]): number {
  return pieces.reduce((sum, piece) => sum + piece.length, 0);
}

function isEqual(piece: readonly Token[], other: readonly Token[] | undefined): boolean {
  return piece.length === other?.length && piece.every((token, index) => token === other[index]);
}

/** Tokens evaluated at once. */
export function pieceSize(device: string): number {
  return device === 'cpu' ? 64 : 512;
}

function cut(tokens: readonly Token[], size: number): Token[][] {
  const pieces: Token[][] = [];
  for (let start = 0; start < tokens.length; start += size) {
    pieces.push(tokens.slice(start, start + size));
  }
  return pieces;
}

/** `written` grows with the text; the penalty reads its end. */
function samplingOf(request: GenerateRequest, written: readonly Token[]): SequenceEvaluateOptions {
  return {
    temperature: request.temperature,
    topK: request.topK,
    topP: request.topP,
    minP: request.minP,
    seed: request.seed,
    ...(request.repeatPenalty === 1
      ? {}
      : {
          repeatPenalty: {
            penalty: request.repeatPenalty,
            maxPunishTokens: penaltyWindow,
            // Only text of the model: it may repeat facts of the prompt.
            punishTokens: () => written.slice(-penaltyWindow),
          },
        }),
  };
}

export function promptTooLong(tokens: number, limit: number): GraphError {
  return new GraphError(
    'bad-input',
    `the prompt has ${tokens} tokens, but the context holds only ${limit} with the answer; inject fewer or ` +
      'shorter passages, or raise the context length',
  );
}
