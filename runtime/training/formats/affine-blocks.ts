/** A tensor quantised in blocks along its last axis: x = value · scale (+ offset), one pair for each block. */
export interface AffineBlocks {
  readonly blockSize: number;
  /** Whole numbers within the format's range: two bits at least, a signed byte at most. */
  readonly values: Int8Array;
  readonly scales: Float32Array;
  readonly offsets: Float32Array | undefined;
}

/** Decodes block `index` of `bytes` into `into`. */
export type DecodeBlock = (bytes: Uint8Array, index: number, into: AffineBlocks) => void;

/** The numbers of split blocks, rounded as ggml rounds them. */
export function joinBlocks(blocks: AffineBlocks): Float32Array {
  const result = new Float32Array(blocks.values.length);
  for (let group = 0; group < blocks.scales.length; group++) {
    const scale = blocks.scales[group] ?? 0;
    const offset = blocks.offsets?.[group];
    const end = (group + 1) * blocks.blockSize;
    for (let i = group * blocks.blockSize; i < end; i++) {
      const product = (blocks.values[i] ?? 0) * scale;
      result[i] = offset === undefined ? product : Math.fround(product) + offset;
    }
  }
  return result;
}
