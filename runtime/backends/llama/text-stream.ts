/** Text of tokens, given the tokens before. */
type Detokenize<Token> = (tokens: readonly Token[], before: readonly Token[]) => string;

/**
 * Streams tokens as text. Holds back incomplete characters and possible beginnings of a stop text; never emits a stop
 * text or what follows it.
 */
export class TextStream<Token> {
  readonly #detokenize: Detokenize<Token>;
  readonly #stops: readonly string[];
  readonly #emit: (text: string) => void;
  #before: Token[] = [];
  #pending: Token[] = [];
  #held = '';
  #text = '';

  constructor(
    detokenize: Detokenize<Token>,
    stops: readonly string[],
    emit: (text: string) => void,
  ) {
    this.#detokenize = detokenize;
    this.#stops = stops.filter((stop) => stop !== '');
    this.#emit = emit;
  }

  get text(): string {
    return this.#text;
  }

  /** Whether a stop text is complete. */
  push(token: Token): boolean {
    this.#pending.push(token);
    const piece = this.#detokenize(this.#pending, this.#before);
    // The replacement character stands for bytes of an incomplete character.
    if (piece.endsWith('\uFFFD') && this.#pending.length < 4) return false;
    this.#settle();
    return this.#take(piece);
  }

  /** At the end, what was held back is text. */
  end(): void {
    if (this.#pending.length > 0) {
      const piece = this.#detokenize(this.#pending, this.#before);
      this.#settle();
      if (this.#take(piece)) return;
    }
    this.#release(this.#held.length);
  }

  #settle(): void {
    this.#before = [...this.#before, ...this.#pending].slice(-4);
    this.#pending = [];
  }

  #take(piece: string): boolean {
    this.#held += piece;
    const found = this.#stops.map((stop) => this.#held.indexOf(stop)).filter((index) => index >= 0);
    if (found.length > 0) {
      this.#release(Math.min(...found));
      this.#held = '';
      return true;
    }
    this.#release(this.#held.length - this.#possibleStop());
    return false;
  }

  /** Length of the longest suffix of the held text that begins a stop text. */
  #possibleStop(): number {
    let longest = 0;
    for (const stop of this.#stops) {
      for (let size = Math.min(stop.length - 1, this.#held.length); size > longest; size--) {
        if (this.#held.endsWith(stop.slice(0, size))) longest = size;
      }
    }
    return longest;
  }

  #release(length: number): void {
    if (length <= 0) return;
    const text = this.#held.slice(0, length);
    this.#held = this.#held.slice(length);
    this.#text += text;
    this.#emit(text);
  }
}
