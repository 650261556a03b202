import type { Key } from '../access/index.ts';

/** Keeps a key out of what its server sends: `[NAME]` stands in its place, however a stream is cut. */
export class Redactor {
  /** The key as it may stand in a text, in JSON and in an address. */
  readonly #forms: readonly string[];
  readonly #mark: string;
  /** The end of what was pushed, where it may be the key's beginning. */
  #held = '';

  constructor(key: Key | undefined) {
    const { name = '', value = '' } = key ?? {};
    this.#forms =
      value === '' ? [] : [value, JSON.stringify(value).slice(1, -1), encodeURIComponent(value)];
    this.#mark = `[${name}]`;
  }

  /** Of a whole text. */
  text(text: string): string {
    return this.#forms.reduce((clean, form) => clean.replaceAll(form, this.#mark), text);
  }

  /** Of a stream: what can be told by now. */
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
