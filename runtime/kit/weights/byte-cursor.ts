/** Thrown when parsing passes the bytes read so far; the caller reads more, or reports the truncation. */
export class OutOfBytes extends Error {
  readonly what: string;
  /** End of the value being read. */
  readonly end: number;
  constructor(what: string, end: number) {
    super(`${what} ends at byte ${end}`);
    this.what = what;
    this.end = end;
  }
}

/** Reads consecutive little-endian values. */
export class ByteCursor {
  position = 0;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  // A vocabulary may hold tokens that begin with a byte order mark; without it they equal others.
  static readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  need(count: number, what: string): void {
    if (this.position + count > this.#bytes.length) {
      throw new OutOfBytes(what, this.position + count);
    }
  }

  number(size: number, what: string, read: (view: DataView, at: number) => number): number {
    this.need(size, what);
    const value = read(this.#view, this.position);
    this.position += size;
    return value;
  }

  u32(what: string): number {
    return this.number(4, what, (view, at) => view.getUint32(at, true));
  }

  u64(what: string): bigint {
    this.need(8, what);
    const value = this.#view.getBigUint64(this.position, true);
    this.position += 8;
    return value;
  }

  /** A length in eight bytes, then UTF-8. */
  text(what: string): string {
    const length = Number(this.u64(what));
    this.need(length, what);
    const end = this.position + length;
    const text = ByteCursor.#decoder.decode(this.#bytes.subarray(this.position, end));
    this.position = end;
    return text;
  }
}
