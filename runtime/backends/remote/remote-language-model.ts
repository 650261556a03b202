import {
  GraphError,
  type GenerateRequest,
  type GenerateResult,
  type LanguageModel,
} from '@graft/graph';
import { chat, chatRequest, completionSchema, type Completion } from './chat-completion.ts';
import { Redactor } from './redactor.ts';
import { jsonOf, notSuchAnswer, serverWords, TryAgain } from './refusals.ts';
import { guessedTokens, inTurn, send, spend, type RemoteClient } from './remote-request.ts';
import { bodyBytes, wholeText, type BodyLimit } from './response-body.ts';
import { eventData } from './server-sent-events.ts';

export interface RemoteOptions extends RemoteClient {
  /** Tokens of prompt and answer together, as this side limits them. */
  readonly contextLength: number;
}

type Hooks = Parameters<LanguageModel['generate']>[1];

/** Most bytes of a stream, for each token of the answer and beyond. */
const bytesPerToken = 4096;
const bytesBeside = 1 << 20;

/**
 * A language model at an OpenAI-compatible address: one streamed chat completion for each request. Its key goes only to
 * that address and never into results. On abort, it rejects at once with the signal's reason.
 */
export class RemoteLanguageModel implements LanguageModel {
  readonly model: string;
  readonly device = 'remote';
  readonly contextLength: number;
  readonly parallel: number;
  readonly #options: RemoteOptions;

  constructor(options: RemoteOptions) {
    this.#options = options;
    this.model = options.id;
    this.contextLength = options.contextLength;
    this.parallel = options.remote.parallel;
  }

  async generate(request: GenerateRequest, hooks: Hooks): Promise<GenerateResult> {
    const { signal, onText, onDelay } = hooks;
    return inTurn(this.#options, { signal, onDelay }, (retry) =>
      // Text already shown cannot be withdrawn, so only the first try streams.
      this.#ask(request, { signal, ...(onText === undefined || retry > 0 ? {} : { onText }) }),
    );
  }

  countTokens(text: string): number {
    return guessedTokens(text);
  }

  async #ask(request: GenerateRequest, { signal, onText }: Hooks): Promise<GenerateResult> {
    const { remote, key } = this.#options;
    const requested = {
      ...{ to: chat, body: chatRequest(remote, request), signal },
      most: bytesBeside + request.maxTokens * bytesPerToken,
      expected: `an answer of at most ${request.maxTokens} tokens`,
    };
    return send(this.#options, requested, async (response, limit) => {
      const answer = new AnswerText(new Redactor(key), onText);
      for await (const piece of this.#pieces(response, limit)) answer.take(piece);
      const result = finished(answer, request);
      spend(this.#options, {
        ...{ inputTokens: result.promptTokens, outputTokens: result.completionTokens },
        ...(result.guessedTokens === undefined ? {} : { guessed: result.guessedTokens }),
      });
      return result;
    });
  }

  async *#pieces(response: Response, limit: BodyLimit): AsyncGenerator<Completion> {
    const type = response.headers.get('content-type') ?? 'no content type';
    if (!type.toLowerCase().includes('text/event-stream')) {
      yield this.#read(await wholeText(response, limit), type);
      return;
    }
    for await (const data of eventData(bodyBytes(response, limit))) {
      if (data.trim() === '[DONE]') return;
      yield this.#read(data, type);
    }
  }

  #read(text: string, type: string): Completion {
    const value = jsonOf(text);
    const { remote, key } = this.#options;
    // Some servers send an error beside the choices, in the middle of an answer.
    if (tellsError(value)) throw new TryAgain(`it says "${serverWords(text, key)}"`);
    const { data } = completionSchema.safeParse(value);
    if (data !== undefined) return data;
    throw notSuchAnswer({ remote, key, to: chat }, { type, text });
  }
}

function tellsError(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'error' in value && Boolean(value.error);
}

/** A streamed answer: the first choice's text, without the key. */
class AnswerText {
  text = '';
  ending: string | undefined;
  usage: Completion['usage'];
  readonly #redactor: Redactor;
  readonly #onText: ((text: string) => void) | undefined;

  constructor(redactor: Redactor, onText: ((text: string) => void) | undefined) {
    this.#redactor = redactor;
    this.#onText = onText;
  }

  take({ choices: [choice], usage }: Completion): void {
    this.usage = usage ?? this.usage;
    if (choice === undefined) return;
    this.ending = choice.finish_reason ?? this.ending;
    this.#add(this.#redactor.push(choice.delta?.content ?? choice.message?.content ?? ''));
  }

  end(): string {
    this.#add(this.#redactor.end());
    return this.text;
  }

  #add(piece: string): void {
    if (piece === '') return;
    this.text += piece;
    this.#onText?.(piece);
  }
}

function finished(answer: AnswerText, { system, prompt }: GenerateRequest): GenerateResult {
  const text = answer.end();
  const { ending } = answer;
  const usage = answer.usage ?? undefined;
  if (ending === undefined || ending === 'error') throw new TryAgain('its answer broke off');
  if (ending === 'content_filter') {
    throw new GraphError('bad-input', 'The server withholds its answer: content_filter.');
  }
  return {
    text,
    promptTokens: usage?.prompt_tokens ?? guessedTokens(system + prompt),
    reusedTokens: usage?.prompt_tokens_details?.cached_tokens ?? 0,
    completionTokens: usage?.completion_tokens ?? guessedTokens(text),
    finishReason: ending === 'length' ? 'length' : 'stop',
    ...(usage === undefined ? { guessedTokens: true } : {}),
  };
}
