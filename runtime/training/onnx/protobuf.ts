/** Writes protobuf's wire format: enough for ONNX models. Field numbers are the schema's. */
export class ProtobufWriter {
  readonly #parts: Uint8Array[] = [];
  static readonly #text = new TextEncoder();

  /** An integer, as int32, int64 or enum. */
  integer(field: number, value: number | bigint): this {
    return this.#key(field, 0).#varint(BigInt(value));
  }

  float(field: number, value: number): this {
    this.#key(field, 5);
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setFloat32(0, value, true);
    this.#parts.push(bytes);
    return this;
  }

  string(field: number, value: string): this {
    return this.bytes(field, ProtobufWriter.#text.encode(value));
  }

  bytes(field: number, value: Uint8Array): this {
    this.#key(field, 2).#varint(BigInt(value.length));
    this.#parts.push(value);
    return this;
  }

  message(field: number, value: ProtobufWriter): this {
    this.#key(field, 2).#varint(BigInt(value.length));
    for (const part of value.#parts) this.#parts.push(part);
    return this;
  }

  /** A packed list of integers. */
  integers(field: number, values: readonly number[]): this {
    const packed = new ProtobufWriter();
    for (const value of values) packed.#varint(BigInt(value));
    return this.message(field, packed);
  }

  get length(): number {
    return this.#parts.reduce((sum, part) => sum + part.length, 0);
  }

  finish(): Uint8Array {
    const result = new Uint8Array(this.length);
    let at = 0;
    for (const part of this.#parts) {
      result.set(part, at);
      at += part.length;
    }
    return result;
  }

  #key(field: number, wireType: number): this {
    return this.#varint(BigInt(field * 8 + wireType));
  }

  /** Negative numbers take ten bytes, as 64-bit two's complement. */
  #varint(value: bigint): this {
    const bytes: number[] = [];
    let rest = BigInt.asUintN(64, value);
    do {
      const low = Number(rest & 127n);
      rest >>= 7n;
      bytes.push(rest > 0n ? low | 128 : low);
    } while (rest > 0n);
    this.#parts.push(Uint8Array.from(bytes));
    return this;
  }
}
