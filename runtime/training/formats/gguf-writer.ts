import { GraphError } from '@graft/graph';
import {
  valueTypes,
  type GgufScalar,
  type GgufValue,
  type ScalarType,
  replaceFile,
} from '@graft/kit';
import type { WeightEncoding } from '../ir/executor.ts';
import { sizeOf, type Shape } from '../ir/shape.ts';
import { encodedBytes, ggmlNumbers } from './encoding.ts';

/**
 * A tensor to write. The writer requests its bytes when its turn comes, whole or in pieces, so that neither model nor
 * tensor must fit in memory.
 */
export interface GgufTensor {
  readonly name: string;
  /** Outermost axis first. */
  readonly shape: Shape;
  readonly encoding: WeightEncoding;
  readonly bytes: () => Uint8Array | Promise<Uint8Array> | AsyncIterable<Uint8Array>;
}

const alignment = 32;

/** Writes a GGUF file, version 3, atomically. */
export async function writeGguf(
  path: string,
  metadata: ReadonlyMap<string, GgufValue>,
  tensors: readonly GgufTensor[],
): Promise<void> {
  const header = new HeaderWriter();
  header.u32(0x46554747);
  header.u32(3);
  header.u64(tensors.length);
  header.u64(metadata.size);
  for (const [key, value] of metadata) {
    header.text(key);
    header.value(value);
  }
  let offset = 0;
  for (const { name, shape, encoding } of tensors) {
    header.text(name);
    header.u32(shape.length);
    for (const axis of shape.toReversed()) header.u64(axis);
    header.u32(ggmlNumbers[encoding]);
    header.u64(offset);
    offset += padded(encodedBytes(encoding, sizeOf(shape)));
  }
  await replaceFile(path, async (append) => {
    const bytes = header.finish();
    await append(bytes);
    await append(new Uint8Array(padded(bytes.length) - bytes.length));
    for (const tensor of tensors) {
      let written = 0;
      for await (const piece of piecesOf(tensor.bytes())) {
        await append(piece);
        written += piece.length;
      }
      const expected = encodedBytes(tensor.encoding, sizeOf(tensor.shape));
      if (written !== expected) {
        throw new GraphError('internal', `"${tensor.name}" has ${written} of ${expected} bytes`, {
          audience: 'developer',
        });
      }
      await append(new Uint8Array(padded(written) - written));
    }
  });
}

async function* piecesOf(bytes: ReturnType<GgufTensor['bytes']>): AsyncGenerator<Uint8Array> {
  if (Symbol.asyncIterator in bytes) yield* bytes;
  else yield await bytes;
}

function padded(bytes: number): number {
  return Math.ceil(bytes / alignment) * alignment;
}

class HeaderWriter {
  readonly #parts: Uint8Array[] = [];
  static readonly #encoder = new TextEncoder();

  u32(value: number): void {
    this.#number(4, (view) => view.setUint32(0, value, true));
  }

  u64(value: number | bigint): void {
    this.#number(8, (view) => view.setBigUint64(0, BigInt.asUintN(64, BigInt(value)), true));
  }

  text(value: string): void {
    const bytes = HeaderWriter.#encoder.encode(value);
    this.u64(bytes.length);
    this.#parts.push(bytes);
  }

  value(value: GgufValue): void {
    this.u32(valueTypes.indexOf(value.type));
    if (value.type !== 'array') {
      this.#scalar(value.type, value.value);
      return;
    }
    const { of } = value;
    this.u32(valueTypes.indexOf(of));
    this.u64(value.values.length);
    if (of === 'array') return;
    for (const item of value.values) this.#scalar(of, item);
  }

  finish(): Uint8Array {
    return Buffer.concat(this.#parts);
  }

  #scalar(type: ScalarType, value: GgufScalar): void {
    switch (type) {
      case 'string':
        this.text(String(value));
        return;
      case 'u64':
      case 'i64':
        this.u64(typeof value === 'bigint' ? value : Number(value));
        return;
      case 'bool':
      case 'u8':
        this.#number(1, (view) => view.setUint8(0, Number(value)));
        return;
      case 'i8':
        this.#number(1, (view) => view.setInt8(0, Number(value)));
        return;
      case 'u16':
        this.#number(2, (view) => view.setUint16(0, Number(value), true));
        return;
      case 'i16':
        this.#number(2, (view) => view.setInt16(0, Number(value), true));
        return;
      case 'u32':
        this.u32(Number(value));
        return;
      case 'i32':
        this.#number(4, (view) => view.setInt32(0, Number(value), true));
        return;
      case 'f32':
        this.#number(4, (view) => view.setFloat32(0, Number(value), true));
        return;
      case 'f64':
        this.#number(8, (view) => view.setFloat64(0, Number(value), true));
        return;
    }
  }

  #number(size: number, write: (view: DataView) => void): void {
    const bytes = new Uint8Array(size);
    write(new DataView(bytes.buffer));
    this.#parts.push(bytes);
  }
}
