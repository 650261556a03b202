import type { AffineBlocks, DecodeBlock } from './affine-blocks.ts';
import { halfToFloat } from './half.ts';

// Blocks of 32 numbers with one scale: `dequantize_row_*` of ggml-quants.c.

/** The 16-bit float at a byte. */
export function half(bytes: Uint8Array, at: number): number {
  return halfToFloat((bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8));
}

/** The numbers that four bits stand for in IQ4_NL and IQ4_XS: closer together around zero. */
const uneven = Int8Array.of(
  ...[-127, -104, -83, -65, -49, -35, -22, -10],
  ...[1, 13, 25, 38, 53, 69, 89, 113],
);

interface Nibbles {
  readonly from: number;
  readonly to: number;
}

/** 16 bytes as 32 numbers: the low halves of the bytes are elements 0 to 15, the high ones 16 to 31. */
function nibbles(
  { values }: AffineBlocks,
  { bytes, from, to }: Nibbles & { readonly bytes: Uint8Array },
  number: (nibble: number, element: number) => number,
): void {
  for (let i = 0; i < 16; i++) {
    const byte = bytes[from + i] ?? 0;
    values[to + i] = number(byte & 15, i);
    values[to + 16 + i] = number(byte >> 4, 16 + i);
  }
}

export function unevenNibbles(into: AffineBlocks, bytes: Uint8Array, at: Nibbles): void {
  nibbles(into, { bytes, ...at }, (nibble) => uneven[nibble] ?? 0);
}

/** A block with its values from byte `from` on: the scale, then the offset if it has one. */
function scaled(from: number, length: number, number: (nibble: number) => number): DecodeBlock {
  return (bytes, index, into) => {
    const start = index * length;
    into.scales[index] = half(bytes, start);
    if (into.offsets !== undefined) into.offsets[index] = half(bytes, start + 2);
    nibbles(into, { bytes, from: start + from, to: index * 32 }, number);
  };
}

export const q40 = scaled(2, 18, (nibble) => nibble - 8);
export const q41 = scaled(4, 20, (nibble) => nibble);
export const iq4nl = scaled(2, 18, (nibble) => uneven[nibble] ?? 0);
export const q50 = withFifthBit(2, -16);
export const q51 = withFifthBit(4, 0);

/** The fifth bits of all 32 elements, from byte `at` of a block on, then the other four bits of each. */
function withFifthBit(at: number, least: number): DecodeBlock {
  const length = at + 20;
  return (bytes, index, into) => {
    const start = index * length;
    into.scales[index] = half(bytes, start);
    if (into.offsets !== undefined) into.offsets[index] = half(bytes, start + 2);
    const fifth = (element: number): number =>
      ((bytes[start + at + (element >> 3)] ?? 0) >> (element & 7)) & 1;
    const where = { bytes, from: start + at + 4, to: index * 32 };
    nibbles(into, where, (nibble, element) => nibble + 16 * fifth(element) + least);
  };
}

export function q80(bytes: Uint8Array, index: number, into: AffineBlocks): void {
  const start = index * 34;
  into.scales[index] = half(bytes, start);
  for (let i = 0; i < 32; i++) into.values[index * 32 + i] = bytes[start + 2 + i] ?? 0;
}
