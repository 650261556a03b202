import type { ChatTurn, Tokenizer } from '@graft/graph';

const specialTokens = ['<s>', '<|end|>', '<|im_start|>', '<|im_end|>'];
const [START, END_OF_TEXT, TURN, END_OF_TURN] = [0, 1, 2, 3] as const;

/**
 * A tokenizer of its own kind: greedy longest match over a few pieces, single characters else, a start token in
 * front of each text, and the ChatML template. Small enough to follow by hand in a test.
 */
export class SmallTokenizer implements Tokenizer {
  readonly model = 'small';
  readonly endOfText: number | undefined;
  readonly #pieces: string[];
  readonly #ids = new Map<string, number>();
  readonly #longest: number;
  readonly #contents: boolean;

  /** `pieces` are those of more than one character; `answers: false` is a template that leaves contents out. */
  constructor(
    pieces: readonly string[] = [],
    options: { readonly endOfText?: false; readonly contents?: false } = {},
  ) {
    this.#contents = options.contents ?? true;
    this.#pieces = [...specialTokens, ...pieces];
    this.#longest = Math.max(1, ...pieces.map((piece) => piece.length));
    for (const [at, piece] of pieces.entries()) this.#ids.set(piece, specialTokens.length + at);
    this.endOfText = options.endOfText === false ? undefined : END_OF_TEXT;
  }

  encode(text: string): number[] {
    return [START, ...this.#split(text)];
  }

  encodeChat(turns: readonly ChatTurn[]): { tokens: number[]; turns: number[] } {
    const tokens: number[] = [];
    const owners: number[] = [];
    const push = (ids: readonly number[], owner: number): void => {
      tokens.push(...ids);
      owners.push(...ids.map(() => owner));
    };
    for (const [at, { role, content }] of turns.entries()) {
      push([TURN, ...this.#split(`${role}\n`)], -1);
      if (this.#contents) {
        push(this.#split(content), at);
        push([END_OF_TURN], role === 'assistant' ? at : -1);
      }
      push(this.#split('\n'), -1);
    }
    return { tokens, turns: owners };
  }

  pieces(tokens: readonly number[]): string[] {
    return tokens.map((token) => this.#pieces[token] ?? '');
  }

  #split(text: string): number[] {
    const ids: number[] = [];
    for (let at = 0; at < text.length;) {
      let length = Math.min(this.#longest, text.length - at);
      while (length > 1 && !this.#ids.has(text.slice(at, at + length))) length -= 1;
      ids.push(this.#idOf(text.slice(at, at + length)));
      at += length;
    }
    return ids;
  }

  #idOf(piece: string): number {
    const known = this.#ids.get(piece);
    if (known !== undefined) return known;
    this.#pieces.push(piece);
    this.#ids.set(piece, this.#pieces.length - 1);
    return this.#pieces.length - 1;
  }
}
