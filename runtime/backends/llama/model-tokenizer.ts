import type { ChatTurn, Tokenizer } from '@graft/graph';
import type { Token } from 'node-llama-cpp';
import { ChatTemplate } from './chat-template.ts';
import type { Vocabulary } from './vocabulary.ts';

/** A tokenizer over a model's vocabulary. */
export class ModelTokenizer implements Tokenizer, AsyncDisposable {
  readonly model: string;
  readonly #vocabulary: Vocabulary;
  readonly #template: ChatTemplate;

  /** Takes ownership of the vocabulary. `id` names the model in messages. */
  constructor(vocabulary: Vocabulary, id: string) {
    this.model = id;
    this.#vocabulary = vocabulary;
    this.#template = new ChatTemplate(vocabulary, id);
  }

  get endOfText(): Token | undefined {
    return this.#vocabulary.endOfText;
  }

  encode(text: string): Token[] {
    const { start, tokenizer } = this.#vocabulary;
    return [...start, ...tokenizer(text)];
  }

  encodeChat(turns: readonly ChatTurn[]): { tokens: Token[]; turns: number[] } {
    return this.#template.encode(turns);
  }

  pieces(tokens: readonly Token[]): string[] {
    return tokens.map((token) => this.#vocabulary.piece(token));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#vocabulary[Symbol.asyncDispose]();
  }
}
