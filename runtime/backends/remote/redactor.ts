import type { Key } from '../access/index.ts';

/** Removes a key from a server's text: replaces it by `[NAME]`, however a stream is cut. */
export class Redactor {
  /** Forms of the key in a text, in JSON and in an address. */
  readonly #forms: readonly string[];
  readonly #mark: string;
  /** The end of the pushed text that may begin the key. */
  #held = '';

  constructor(key: Key | undefined) {
    const { name = '', value = '' } = key ?? {};
    this.#forms =
      value === '' ? [] : [value, JSON.stringify(value).slice(1, -1), encodeURIComponent(value)];
    this.#mark = `[${name}]`;
  }

  /** Redacts a whole text. */
  text(text: string): string {
    return this.#forms.reduce((clean, form) => clean.replaceAll(form, this.#mark), text);
  }

  /** Redacts a stream: returns what is certain so far. */
  push(piece: string): string {
    const text = this.text(this.#held + piece);
    const begun = this.#forms.map((form) => {
      let size = Math.min(form.length - 1, text.length);
      while (size > 0 && !text.endsWith(form.slice(0, size))) size--;
      return size;
    });
    const end = text.length - Math.max(0, ...begun);
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
