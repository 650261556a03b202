import { GraphError } from '../base/errors.ts';

/** More nesting than any graph needs, but safe for every stack. */
const maxDepth = 200;
const numberPattern = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;

const quoteCode = 34;
const backslashCode = 92;

/**
 * Reads JSON (RFC 8259), more strictly than `JSON.parse`, so that no data is lost silently: refuses duplicate keys,
 * numbers beyond the range of a double, and nesting over 200 levels. `-0` reads as 0. Throws GraphError `bad-syntax`
 * with the line. Keys such as `__proto__` become own properties.
 */
export function readJson(text: string, file?: string): unknown {
  return new JsonReader(text, file).read();
}

class JsonReader {
  readonly #text: string;
  readonly #file: string | undefined;
  #at = 0;
  #depth = 0;

  constructor(text: string, file: string | undefined) {
    this.#text = text;
    this.#file = file;
  }

  read(): unknown {
    if (this.#text.charCodeAt(0) === 0xfeff) this.#at = 1;
    this.#skipSpace();
    const value = this.#value();
    this.#skipSpace();
    if (this.#at < this.#text.length) this.#fail('there is text after the closing brace');
    return value;
  }

  #value(): unknown {
    switch (this.#text[this.#at]) {
      case '{':
        return this.#nested(() => this.#object());
      case '[':
        return this.#nested(() => this.#array());
      case '"':
        return this.#string();
      case 't':
        return this.#word('true', true);
      case 'f':
        return this.#word('false', false);
      case 'n':
        return this.#word('null', null);
      default:
        return this.#number();
    }
  }

  #nested<T>(read: () => T): T {
    if (++this.#depth > maxDepth) this.#fail(`values are nested deeper than ${maxDepth} levels`);
    this.#at++;
    this.#skipSpace();
    const value = read();
    this.#depth--;
    return value;
  }

  #object(): Record<string, unknown> {
    const object: Record<string, unknown> = {};
    if (this.#take('}')) return object;
    for (;;) {
      if (this.#text[this.#at] !== '"') this.#fail('expected a key in double quotes');
      const keyAt = this.#at;
      const key = this.#string();
      if (Object.hasOwn(object, key)) {
        this.#at = keyAt;
        this.#fail(`the object has the key ${JSON.stringify(key)} twice; keep one`);
      }
      this.#skipSpace();
      if (!this.#take(':')) this.#fail('expected a colon');
      this.#skipSpace();
      const value = this.#value();
      if (key === '__proto__') {
        // Assignment would set the prototype.
        Object.defineProperty(object, key, {
          value,
          enumerable: true,
          configurable: true,
          writable: true,
        });
      } else object[key] = value;
      this.#skipSpace();
      if (this.#take('}')) return object;
      if (!this.#take(',')) this.#fail('expected a comma or a closing brace');
      this.#skipSpace();
    }
  }

  #array(): unknown[] {
    const array: unknown[] = [];
    if (this.#take(']')) return array;
    for (;;) {
      array.push(this.#value());
      this.#skipSpace();
      if (this.#take(']')) return array;
      if (!this.#take(',')) this.#fail('expected a comma or a closing bracket');
      this.#skipSpace();
    }
  }

  #string(): string {
    const start = this.#at++;
    let escaped = false;
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      if (code === quoteCode) break;
      if (code === backslashCode) {
        escaped = true;
        this.#at += 2;
      } else if (code >= 32) this.#at++;
      else if (this.#at >= this.#text.length) this.#fail('a string has no closing double quote');
      else this.#fail('a string has no closing double quote on its line');
    }
    this.#at++;
    if (!escaped) return this.#text.slice(start + 1, this.#at - 1);
    try {
      return String(JSON.parse(this.#text.slice(start, this.#at)));
    } catch {
      this.#at = start;
      return this.#fail('a text has an unknown escape');
    }
  }

  #number(): number {
    numberPattern.lastIndex = this.#at;
    const digits = numberPattern.exec(this.#text)?.[0];
    if (digits === undefined) {
      return this.#fail(
        this.#at >= this.#text.length ? 'the file ends too early' : 'expected a value',
      );
    }
    const value = Number(digits);
    if (!Number.isFinite(value)) this.#fail(`the number ${digits.slice(0, 40)} is too large`);
    this.#at += digits.length;
    return value === 0 ? 0 : value;
  }

  #word<T>(word: string, value: T): T {
    if (!this.#text.startsWith(word, this.#at)) this.#fail('expected a value');
    this.#at += word.length;
    return value;
  }

  #take(character: string): boolean {
    if (this.#text[this.#at] !== character) return false;
    this.#at++;
    return true;
  }

  #skipSpace(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      if (code !== 32 && code !== 10 && code !== 13 && code !== 9) return;
      this.#at++;
    }
  }

  #fail(message: string): never {
    const markers = ['<<<<<<<', '=======', '>>>>>>>', '|||||||'];
    const conflict = markers.some((marker) => this.#text.startsWith(marker, this.#at));
    const line = lineAt(this.#text, this.#at);
    throw new GraphError(
      'bad-syntax',
      conflict
        ? `There is an unresolved git conflict at line ${line}. Resolve it, or check out one side and run "graft merge".`
        : `The file is not valid JSON (line ${line}): ${message}.`,
      { location: { ...(this.#file === undefined ? {} : { file: this.#file }), line } },
    );
  }
}

/** 1-based line of an offset. */
export function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at !== -1 && at < offset; at = text.indexOf('\n', at + 1))
    line++;
  return line;
}

/** The unknown fields of a record, to keep them; undefined if there are none. */
export function unknownFields(
  value: Record<string, unknown>,
  known: ReadonlySet<string>,
): Record<string, unknown> | undefined {
  const entries = Object.entries(value).filter(([key]) => !known.has(key));
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}
