import type { WeightEncoding } from '../ir/executor.ts';
import { blockLayouts, joinBlocks, splitBlocks } from './blocks.ts';
import { bfloatsToFloats, halvesToFloats } from './half.ts';

/** Elements and bytes of an encoding's unit: one number or one block. */
export function unitOf(encoding: WeightEncoding): { elements: number; bytes: number } {
  switch (encoding) {
    case 'f32':
      return { elements: 1, bytes: 4 };
    case 'f16':
    case 'bf16':
      return { elements: 1, bytes: 2 };
    case 'q8_0':
    case 'q4_0':
    case 'q4_1':
    case 'q4_k':
    case 'q6_k':
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
    case 'q8_0':
    case 'q4_0':
    case 'q4_1':
    case 'q4_k':
    case 'q6_k':
      return joinBlocks(splitBlocks(encoding, bytes));
  }
}
