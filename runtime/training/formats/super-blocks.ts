import type { AffineBlocks } from './affine-blocks.ts';
import { half, unevenNibbles } from './plain-blocks.ts';

// Blocks of 256 numbers in groups with scales of their own: `dequantize_row_*` of ggml-quants.c.

/** Two scales, then eight scales and minima of 6 bits each in 12 bytes, as Q4_K and Q5_K begin. */
function sixBitScales(
  bytes: Uint8Array,
  start: number,
  { index, into }: { readonly index: number; readonly into: AffineBlocks },
): void {
  const d = half(bytes, start);
  const dmin = half(bytes, start + 2);
  const packed = (i: number): number => bytes[start + 4 + i] ?? 0;
  for (let j = 0; j < 8; j++) {
    const scale = j < 4 ? packed(j) & 63 : (packed(j + 4) & 15) | ((packed(j - 4) >> 6) << 4);
    const least = j < 4 ? packed(j + 4) & 63 : (packed(j + 4) >> 4) | ((packed(j) >> 6) << 4);
    into.scales[index * 8 + j] = d * scale;
    if (into.offsets !== undefined) into.offsets[index * 8 + j] = -(dmin * least);
  }
}

/** Sixteen groups of 16; scale and minimum of each in 4 bits, values in 2. */
export function q2k(bytes: Uint8Array, index: number, into: AffineBlocks): void {
  const start = index * 84;
  const d = half(bytes, start + 80);
  const dmin = half(bytes, start + 82);
  for (let j = 0; j < 16; j++) {
    const packed = bytes[start + j] ?? 0;
    into.scales[index * 16 + j] = d * (packed & 15);
    if (into.offsets !== undefined) into.offsets[index * 16 + j] = -(dmin * (packed >> 4));
  }
  for (let i = 0; i < 256; i++) {
    into.values[index * 256 + i] = twoBits(bytes, start + 16, i);
  }
}

/** Sixteen groups of 16; scales in 6 bits; the third bit of a value is stored separately, and means 4 less if unset. */
export function q3k(bytes: Uint8Array, index: number, into: AffineBlocks): void {
  const start = index * 110;
  const d = half(bytes, start + 108);
  const packed = (i: number): number => bytes[start + 96 + i] ?? 0;
  for (let j = 0; j < 16; j++) {
    const low = j < 8 ? packed(j) & 15 : packed(j - 8) >> 4;
    const high = (packed(8 + (j & 3)) >> (2 * (j >> 2))) & 3;
    into.scales[index * 16 + j] = d * ((low | (high << 4)) - 32);
  }
  for (let i = 0; i < 256; i++) {
    const third = ((bytes[start + (i & 31)] ?? 0) >> (i >> 5)) & 1;
    into.values[index * 256 + i] = twoBits(bytes, start + 32, i) - (third === 1 ? 0 : 4);
  }
}

/** Element i of 64 bytes of two-bit values: 32 bytes hold 128 of them, 32 neighbours at the same bits. */
function twoBits(bytes: Uint8Array, start: number, i: number): number {
  const byte = bytes[start + (i >> 7) * 32 + (i & 31)] ?? 0;
  return (byte >> (2 * ((i >> 5) & 3))) & 3;
}

/** Eight groups of 32. */
export function q4k(bytes: Uint8Array, index: number, into: AffineBlocks): void {
  const start = index * 144;
  sixBitScales(bytes, start, { index, into });
  for (let i = 0; i < 128; i++) {
    const byte = bytes[start + 16 + i] ?? 0;
    const to = index * 256 + (i >> 5) * 64 + (i & 31);
    into.values[to] = byte & 15;
    into.values[to + 32] = byte >> 4;
  }
}

/** Sixteen groups of 16; the 4 low bits and 2 high bits of a value are stored separately. */
export function q6k(bytes: Uint8Array, index: number, into: AffineBlocks): void {
  const start = index * 210;
  const d = half(bytes, start + 208);
  for (let j = 0; j < 16; j++) {
    const scale = ((bytes[start + 192 + j] ?? 0) << 24) >> 24;
    into.scales[index * 16 + j] = d * scale;
  }
  for (let part = 0; part < 2; part++) {
    for (let l = 0; l < 32; l++) {
      const low = bytes[start + part * 64 + l] ?? 0;
      const lowNext = bytes[start + part * 64 + 32 + l] ?? 0;
      const high = bytes[start + 128 + part * 32 + l] ?? 0;
      const to = index * 256 + part * 128 + l;
      into.values[to] = ((low & 15) | ((high & 3) << 4)) - 32;
      into.values[to + 32] = ((lowNext & 15) | (((high >> 2) & 3) << 4)) - 32;
      into.values[to + 64] = ((low >> 4) | (((high >> 4) & 3) << 4)) - 32;
      into.values[to + 96] = ((lowNext >> 4) | (((high >> 6) & 3) << 4)) - 32;
    }
  }
}

/** Eight groups of 32; the fifth bit of a value is stored separately. */
export function q5k(bytes: Uint8Array, index: number, into: AffineBlocks): void {
  const start = index * 176;
  sixBitScales(bytes, start, { index, into });
  for (let i = 0; i < 256; i++) {
    const byte = bytes[start + 48 + (i >> 6) * 32 + (i & 31)] ?? 0;
    const four = (i & 32) === 0 ? byte & 15 : byte >> 4;
    const fifth = ((bytes[start + 16 + (i & 31)] ?? 0) >> (i >> 5)) & 1;
    into.values[index * 256 + i] = four | (fifth << 4);
  }
}

/** Eight groups of 32; scales in 6 bits, of which two are stored separately. */
export function iq4xs(bytes: Uint8Array, index: number, into: AffineBlocks): void {
  const start = index * 136;
  const d = half(bytes, start);
  for (let j = 0; j < 8; j++) {
    const low = ((bytes[start + 4 + (j >> 1)] ?? 0) >> (4 * (j & 1))) & 15;
    const high = ((bytes[start + 2 + (j >> 2)] ?? 0) >> (2 * (j & 3))) & 3;
    into.scales[index * 8 + j] = d * ((low | (high << 4)) - 32);
    unevenNibbles(into, bytes, { from: start + 8 + j * 16, to: index * 256 + j * 32 });
  }
}
