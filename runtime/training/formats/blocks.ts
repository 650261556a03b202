import { halfToFloat } from './half.ts';

/** A tensor quantised in blocks along its last axis: x = value · scale (+ offset), one pair for each block. */
export interface AffineBlocks {
  readonly blockSize: number;
  /** −8 to 7, 0 to 15, −32 to 31 or a whole byte, by format. */
  readonly values: Int8Array;
  readonly scales: Float32Array;
  readonly offsets: Float32Array | undefined;
}

export type BlockEncoding = 'q8_0' | 'q4_0' | 'q4_1' | 'q4_k' | 'q6_k';

interface BlockLayout {
  /** Elements and bytes of a block in the file. */
  readonly elements: number;
  readonly bytes: number;
  /** Elements that share a scale; the k-formats nest several in a block. */
  readonly group: number;
  /** Smallest and largest value: says whether 4 bits hold it. */
  readonly range: readonly [number, number];
  readonly hasOffset: boolean;
  /** Decodes block `index` of `bytes` into `into`. */
  readonly decode: (bytes: Uint8Array, index: number, into: AffineBlocks) => void;
}

/** ggml's block formats (ggml-common.h, ggml-quants.c). */
export const blockLayouts: Readonly<Record<BlockEncoding, BlockLayout>> = {
  q8_0: { elements: 32, bytes: 34, group: 32, range: [-128, 127], hasOffset: false, decode: q80 },
  q4_0: { elements: 32, bytes: 18, group: 32, range: [-8, 7], hasOffset: false, decode: q40 },
  q4_1: { elements: 32, bytes: 20, group: 32, range: [0, 15], hasOffset: true, decode: q41 },
  q4_k: { elements: 256, bytes: 144, group: 32, range: [0, 15], hasOffset: true, decode: q4k },
  q6_k: { elements: 256, bytes: 210, group: 16, range: [-32, 31], hasOffset: false, decode: q6k },
};

/** Splits a tensor's blocks into an array of values and one of scales, as executors need them. */
export function splitBlocks(encoding: BlockEncoding, bytes: Uint8Array): AffineBlocks {
  const layout = blockLayouts[encoding];
  const count = Math.floor(bytes.length / layout.bytes);
  const groups = (count * layout.elements) / layout.group;
  const blocks: AffineBlocks = {
    blockSize: layout.group,
    values: new Int8Array(count * layout.elements),
    scales: new Float32Array(groups),
    offsets: layout.hasOffset ? new Float32Array(groups) : undefined,
  };
  for (let i = 0; i < count; i++) layout.decode(bytes, i, blocks);
  return blocks;
}

export function joinBlocks(blocks: AffineBlocks): Float32Array {
  const result = new Float32Array(blocks.values.length);
  for (let group = 0; group < blocks.scales.length; group++) {
    const scale = blocks.scales[group] ?? 0;
    const offset = blocks.offsets?.[group] ?? 0;
    const end = (group + 1) * blocks.blockSize;
    for (let i = group * blocks.blockSize; i < end; i++) {
      result[i] = Math.fround((blocks.values[i] ?? 0) * scale) + offset;
    }
  }
  return result;
}

function half(bytes: Uint8Array, at: number): number {
  return halfToFloat((bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8));
}

function q80(bytes: Uint8Array, index: number, into: AffineBlocks): void {
  const start = index * 34;
  into.scales[index] = half(bytes, start);
  for (let i = 0; i < 32; i++) into.values[index * 32 + i] = bytes[start + 2 + i] ?? 0;
}

/** 32 nibbles: the low ones are elements 0 to 15, the high ones 16 to 31. */
function nibbles(
  into: Int8Array,
  bytes: Uint8Array,
  at: { from: number; to: number; less: number },
): void {
  for (let i = 0; i < 16; i++) {
    const byte = bytes[at.from + i] ?? 0;
    into[at.to + i] = (byte & 15) - at.less;
    into[at.to + 16 + i] = (byte >> 4) - at.less;
  }
}

function q40(bytes: Uint8Array, index: number, into: AffineBlocks): void {
  const start = index * 18;
  into.scales[index] = half(bytes, start);
  nibbles(into.values, bytes, { from: start + 2, to: index * 32, less: 8 });
}

function q41(bytes: Uint8Array, index: number, into: AffineBlocks): void {
  const start = index * 20;
  into.scales[index] = half(bytes, start);
  if (into.offsets !== undefined) into.offsets[index] = half(bytes, start + 2);
  nibbles(into.values, bytes, { from: start + 4, to: index * 32, less: 0 });
}

/** Eight groups of 32; scale and minimum of each in 6 bits, packed in 12 bytes. */
function q4k(bytes: Uint8Array, index: number, into: AffineBlocks): void {
  const start = index * 144;
  const d = half(bytes, start);
  const dmin = half(bytes, start + 2);
  const packed = (i: number): number => bytes[start + 4 + i] ?? 0;
  for (let j = 0; j < 8; j++) {
    const scale = j < 4 ? packed(j) & 63 : (packed(j + 4) & 15) | ((packed(j - 4) >> 6) << 4);
    const least = j < 4 ? packed(j + 4) & 63 : (packed(j + 4) >> 4) | ((packed(j) >> 6) << 4);
    into.scales[index * 8 + j] = d * scale;
    if (into.offsets !== undefined) into.offsets[index * 8 + j] = -(dmin * least);
  }
  for (let i = 0; i < 128; i++) {
    const byte = bytes[start + 16 + i] ?? 0;
    const to = index * 256 + (i >> 5) * 64 + (i & 31);
    into.values[to] = byte & 15;
    into.values[to + 32] = byte >> 4;
  }
}

/** Sixteen groups of 16; the 4 low bits and 2 high bits of a value are stored separately. */
function q6k(bytes: Uint8Array, index: number, into: AffineBlocks): void {
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
