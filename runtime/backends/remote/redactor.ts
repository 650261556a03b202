import type { Key } from '../access/index.ts';

/** Keeps a key out of what its server sends: `[NAME]` stands in its place, however a stream is cut. */
export class Redactor {
  readonly #value: string;
  readonly #mark: string;
  /** The end of what was pushed, where it may be the key's beginning. */
  #held = '';

  constructor(key: Key | undefined) {
    this.#value = key?.value ?? '';
    this.#mark = `[${key?.name ?? ''}]`;
  }

  /** Of a whole text, also where it stands in JSON or in an address. */
  text(text: string): string {
    if (this.#value === '') return text;
    const written = [
      this.#value,
      JSON.stringify(this.#value).slice(1, -1),
      encodeURIComponent(this.#value),
    ];
    return written.reduce((clean, value) => clean.replaceAll(value, this.#mark), text);
  }

  /** Of a stream: what can be told by now. */
  push(piece: string): string {
    const text = this.text(this.#held + piece);
    let size = Math.min(this.#value.length - 1, text.length);
    while (size > 0 && !text.endsWith(this.#value.slice(0, size))) size--;
    const end = text.length - Math.max(0, size);
    this.#held = text.slice(end);
    return text.slice(0, end);
  }

  /** The rest of the stream. */
  end(): string {
    const rest = this.#held;
    this.#held = '';
    return rest;
  }
}
