/** Tokens of a text as its encoder reads them, with markers. */
export interface EncodedText {
  readonly ids: readonly number[];
  /** The segment of each token, 0 or 1; empty if the encoder has no segments. */
  readonly segments: readonly number[];
}

/** The tokenizer of an embedder or a cross-encoder, without its weights. */
export interface EncoderTokenizer {
  readonly model: string;
  /** Maximal tokens of a text. */
  readonly contextLength: number;
  /**
   * Tokens of each text; with `pairs`, of each text joined with its pair. Cuts beyond `most` tokens, at most the
   * context.
   */
  encode(
    texts: readonly string[],
    options?: { readonly pairs?: readonly string[]; readonly most?: number },
  ): EncodedText[];
}

/** A turn of a conversation, as chat templates take it. */
export interface ChatTurn {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

/** A model's tokenizer with its chat template. */
export interface Tokenizer {
  readonly model: string;
  /** Ends a text that is not a conversation; undefined if the model has none. */
  readonly endOfText: number | undefined;
  /** Tokens of plain text, with the model's prefix for texts. */
  encode(text: string): number[];
  /**
   * Tokens of a whole conversation in the model's chat template. `turns[i]` is the index of the turn that token i
   * belongs to, including the end of an assistant's turn; -1 for template tokens. Contents are tokenized as text:
   * markers in them stay characters.
   */
  encodeChat(turns: readonly ChatTurn[]): {
    readonly tokens: number[];
    readonly turns: number[];
  };
  /** The text of each token, as far as it can be shown: `▁the` is ` the`. */
  pieces(tokens: readonly number[]): string[];
}
