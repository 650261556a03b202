/** Little-endian bytes of a GGUF file, value by value, whether they make sense or not. */
export class GgufBytes {
  readonly #parts: Buffer[] = [];

  /** The magic number, version 3, and the two counts. */
  static head(tensors: bigint, values: bigint): GgufBytes {
    return new GgufBytes().u32(0x46554747).u32(3).u64(tensors).u64(values);
  }
  u32(value: number): this {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(value);
    return this.#add(bytes);
  }
  u64(value: bigint): this {
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64LE(value);
    return this.#add(bytes);
  }
  text(value: string): this {
    const bytes = Buffer.from(value);
    return this.u64(BigInt(bytes.length)).#add(bytes);
  }
  zeros(count: number): this {
    return this.#add(Buffer.alloc(count));
  }
  /** An F32 tensor of one row. */
  tensor(name: string, length: bigint, offset: bigint): this {
    return this.text(name).u32(1).u64(length).u32(0).u64(offset);
  }
  /** A tensor's entry: its axes innermost first, and the number of its ggml type. */
  matrix(name: string, axes: readonly number[], at: { type: number; offset: number }): this {
    this.text(name).u32(axes.length);
    for (const axis of axes) this.u64(BigInt(axis));
    return this.u32(at.type).u64(BigInt(at.offset));
  }
  bytes(): Buffer {
    return Buffer.concat(this.#parts);
  }
  #add(bytes: Buffer): this {
    this.#parts.push(bytes);
    return this;
  }
}

/** Bytes of a safetensors file: the header's length, the header as it is given, and data. */
export function safetensorsBytes(header: string, data = 0, length?: bigint): Buffer {
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(length ?? BigInt(Buffer.byteLength(header)));
  return Buffer.concat([size, Buffer.from(header), Buffer.alloc(data)]);
}
