import { GraphError, type GenerateRequest, type GenerateResult } from '@graft/graph';
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

/**
 * One request at a time, in a context of its own. Measured: requests sharing a batch change each other's
 * sums (2 of 4 texts differed), as does another number of threads; so each slot has its own context and a
 * fixed number of threads, and a prompt is evaluated in the same pieces whatever was there before.
 */
export class LlamaSlot {
  readonly #model: LlamaModel;
  readonly #context: LlamaContext;
  readonly #sequence: LlamaContextSequence;
  readonly #limit: number;
  /** Tokens evaluated between two looks at the signal: at most about a second on a slow CPU. */
  readonly #piece: number;
  #prefix: readonly Token[] = [];

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
      // A shorter context than asked for would cut answers.
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
    const result = (
      completionTokens: number,
      finishReason: GenerateResult['finishReason'],
    ): GenerateResult => ({
      text: stream.text,
      promptTokens: prompt.tokens.length,
      completionTokens,
      finishReason,
    });
    const last = await this.#evaluatePrompt(prompt, options.signal);
    if (last === undefined) return result(0, 'aborted');
    const written: Token[] = [];
    const room = Math.min(request.maxTokens, this.#limit - prompt.tokens.length);
    const sampling = samplingOf(request, written);
    for await (const token of this.#sequence.evaluate([...last], sampling)) {
      if (options.signal.aborted) return result(written.length, 'aborted');
      if (prompt.stopTokens.has(token)) break;
      written.push(token);
      if (stream.push(token)) return result(written.length, 'stop');
      if (written.length >= room) {
        stream.end();
        return result(written.length, 'length');
      }
    }
    stream.end();
    return result(written.length, 'stop');
  }

  async dispose(): Promise<void> {
    await this.#context.dispose();
  }

  /**
   * Evaluates all but the last piece, which it returns; undefined when aborted. The system prompt is a
   * piece boundary and is kept from the request before when it is the same.
   */
  async #evaluatePrompt(
    { tokens, shared }: ChatPrompt,
    signal: AbortSignal,
  ): Promise<readonly Token[] | undefined> {
    const prefix = tokens.slice(0, shared);
    const kept =
      prefix.length === this.#prefix.length &&
      prefix.every((token, index) => token === this.#prefix[index]) &&
      this.#sequence.nextTokenIndex >= prefix.length;
    if (kept) {
      const end = this.#sequence.nextTokenIndex;
      if (end > prefix.length) {
        await this.#sequence.eraseContextTokenRanges([{ start: prefix.length, end }]);
      }
    }
    // Models that cannot forget a part (recurrent, sliding window) begin anew.
    const reused = kept && this.#sequence.nextTokenIndex === prefix.length;
    if (!reused) await this.#sequence.clearHistory();
    this.#prefix = [];
    const pieces = [
      ...(reused ? [] : cut(prefix, this.#piece)),
      ...cut(tokens.slice(shared), this.#piece),
    ];
    const last = pieces.pop();
    let evaluated = reused ? shared : 0;
    for (const piece of pieces) {
      if (signal.aborted) return undefined;
      await this.#sequence.evaluateWithoutGeneratingNewTokens([...piece]);
      evaluated += piece.length;
      if (evaluated === shared) this.#prefix = prefix;
    }
    if (reused || evaluated >= shared) this.#prefix = prefix;
    return signal.aborted ? undefined : last;
  }
}

/** Tokens that are evaluated at once. */
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

/** `written` grows while the text is being written; the penalty looks at its end. */
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
            // Only what the model wrote: facts of the prompt may be repeated.
            punishTokens: () => written.slice(-penaltyWindow),
          },
        }),
  };
}

export function promptTooLong(tokens: number, limit: number): GraphError {
  return new GraphError(
    'bad-input',
    `the prompt has ${tokens} tokens, the context holds ${limit} with the answer; inject fewer or ` +
      'shorter passages, or raise the context length',
  );
}
