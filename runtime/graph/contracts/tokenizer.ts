/** Tokens of a text as its encoder reads them, markers included. */
export interface EncodedText {
  readonly ids: readonly number[];
  /** The segment of each token, 0 or 1; empty where the encoder tells none apart. */
  readonly segments: readonly number[];
}

/** The tokenizer of an embedder or a cross-encoder, without its weights. */
export interface EncoderTokenizer {
  readonly model: string;
  /** Tokens of a text at most. */
  readonly contextLength: number;
  /**
   * Tokens of each text; with `pairs`, of each text and its pair as one. What is beyond `most` tokens, at most the context,
   * is cut.
   */
  encode(
    texts: readonly string[],
    options?: { readonly pairs?: readonly string[]; readonly most?: number },
  ): EncodedText[];
}

/** A conversation's turn, as a chat template takes it. */
export interface ChatTurn {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

/** A model's tokenizer with its chat template. */
export interface Tokenizer {
  readonly model: string;
  /** Ends a text that is not a conversation; undefined where the model has none. */
  readonly endOfText: number | undefined;
  /** Tokens of plain text, with what the model puts in front of every text. */
  encode(text: string): number[];
  /**
   * Tokens of a whole conversation by the model's chat template. `turns[i]` is the index of the turn whose content
   * token i belongs to, the end of an assistant's turn included; -1 for what the template puts around.
   * Contents are tokenized as text: markers in them stay characters.
   */
  encodeChat(turns: readonly ChatTurn[]): {
    readonly tokens: number[];
    readonly turns: number[];
  };
  /** The text of each token, as far as it can be shown: `▁the` is ` the`. */
  pieces(tokens: readonly number[]): string[];
}
