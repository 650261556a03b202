import type { WeightEncoding } from '../ir/executor.ts';
import { joinBlocks } from './affine-blocks.ts';
import { blockLayouts, splitBlocks } from './blocks.ts';
import { bfloatsToFloats, halvesToFloats } from './half.ts';

/** ggml_type numbers (ggml.h) of the encodings that Graft reads. */
export const ggmlNumbers: Readonly<Record<WeightEncoding, number>> = {
  f32: 0,
  f16: 1,
  bf16: 30,
  q8_0: 8,
  q4_0: 2,
  q4_1: 3,
  q5_0: 6,
  q5_1: 7,
  q2_k: 10,
  q3_k: 11,
  q4_k: 12,
  q5_k: 13,
  q6_k: 14,
  iq4_nl: 20,
  iq4_xs: 23,
};

/** Names of the tensor types that Graft reads, as GGUF tools write them. */
export const readableTypes: readonly string[] = Object.keys(ggmlNumbers).map((name) =>
  name.toUpperCase(),
);

/** The encoding of a tensor type by name; undefined for types that Graft cannot read. */
export function encodingOf(typeName: string): WeightEncoding | undefined {
  const name = typeName.toLowerCase();
  return isEncoding(name) ? name : undefined;
}

function isEncoding(name: string): name is WeightEncoding {
  return Object.hasOwn(ggmlNumbers, name);
}

/** Elements and bytes of an encoding's unit: one number or one block. */
export function unitOf(encoding: WeightEncoding): { elements: number; bytes: number } {
  switch (encoding) {
    case 'f32':
      return { elements: 1, bytes: 4 };
    case 'f16':
    case 'bf16':
      return { elements: 1, bytes: 2 };
    default:
      return blockLayouts[encoding];
  }
}

export function encodedBytes(encoding: WeightEncoding, elements: number): number {
  const unit = unitOf(encoding);
  return (elements / unit.elements) * unit.bytes;
}

/** A tensor's bytes as f32. */
export function decode(encoding: WeightEncoding, bytes: Uint8Array): Float32Array {
  switch (encoding) {
    case 'f32': {
      // Copies, because the bytes may start anywhere, but floats only at multiples of four.
      const copy = bytes.slice();
      return new Float32Array(copy.buffer, copy.byteOffset, copy.length >> 2);
    }
    case 'f16':
      return halvesToFloats(bytes);
    case 'bf16':
      return bfloatsToFloats(bytes);
    default:
      return joinBlocks(splitBlocks(encoding, bytes));
  }
}
