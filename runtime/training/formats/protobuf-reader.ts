/** A field of a protobuf message: an integer, or a view of its bytes in the message. */
export interface ProtobufField {
  readonly number: number;
  /** A varint below 2⁵³; else 0. */
  readonly integer: number;
  /** Of strings, messages, packed lists, and numbers of fixed width; else empty. */
  readonly bytes: Uint8Array;
}

/** The fields of a message in byte order. Throws `RangeError` if they are truncated or invalid. */
export function* protobufFields(message: Uint8Array): Iterable<ProtobufField> {
  const reader = new VarintReader(message);
  while (!reader.atEnd) {
    const tag = reader.varint();
    const number = Math.floor(tag / 8);
    switch (tag % 8) {
      case 0:
        yield { number, integer: reader.varint(), bytes: message.subarray(0, 0) };
        break;
      case 1:
        yield { number, integer: 0, bytes: reader.take(8) };
        break;
      case 2:
        yield { number, integer: 0, bytes: reader.take(reader.varint()) };
        break;
      case 5:
        yield { number, integer: 0, bytes: reader.take(4) };
        break;
      default:
        throw new RangeError(`there is no wire type ${String(tag % 8)}`);
    }
  }
}

/** The integers of a packed list. */
export function packedIntegers(bytes: Uint8Array): readonly number[] {
  const reader = new VarintReader(bytes);
  const result: number[] = [];
  while (!reader.atEnd) result.push(reader.varint());
  return result;
}

class VarintReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get atEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  varint(): number {
    let value = 0;
    // Ten bytes hold 64 bits; multiplies by 2⁷ᵏ, because shifts end at 32.
    for (let scale = 1; scale <= 2 ** 63; scale *= 128) {
      const byte = this.#bytes[this.#at++];
      if (byte === undefined) throw new RangeError('a number is cut off');
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
    throw new RangeError('a number has more than 64 bits');
  }

  take(length: number): Uint8Array {
    const end = this.#at + length;
    if (end > this.#bytes.length) throw new RangeError('a field is cut off');
    const taken = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return taken;
  }
}
