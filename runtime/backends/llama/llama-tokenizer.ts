import type { ChatTurn, Tokenizer } from '@graft/graph';
import type { LlamaModel, Token } from 'node-llama-cpp';
import { ChatTemplate } from './chat-template.ts';
import { TokenPieces } from './token-pieces.ts';

/** A tokenizer over a GGUF file's vocabulary. */
export class LlamaTokenizer implements Tokenizer, AsyncDisposable {
  readonly model: string;
  readonly #vocabulary: LlamaModel;
  readonly #template: ChatTemplate;
  readonly #pieces: TokenPieces;

  /** Takes the vocabulary over. `id` is what messages call the model. */
  constructor(vocabulary: LlamaModel, id: string) {
    this.model = id;
    this.#vocabulary = vocabulary;
    this.#template = new ChatTemplate(vocabulary, id);
    this.#pieces = new TokenPieces(vocabulary);
  }

  get endOfText(): Token | undefined {
    return this.#vocabulary.tokens.eos ?? undefined;
  }

  encode(text: string): Token[] {
    const { bos, shouldPrependBosToken } = this.#vocabulary.tokens;
    const tokens = this.#vocabulary.tokenize(text);
    return bos !== null && shouldPrependBosToken ? [bos, ...tokens] : tokens;
  }

  encodeChat(turns: readonly ChatTurn[]): { tokens: Token[]; turns: number[] } {
    return this.#template.encode(turns);
  }

  pieces(tokens: readonly Token[]): string[] {
    return tokens.map((token) => this.#pieces.of(token));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#vocabulary.dispose();
  }
}
