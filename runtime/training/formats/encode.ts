import { floatToHalf, floatsToHalves } from './half.ts';

/** Encodings that this package writes. */
export type WrittenEncoding = 'f32' | 'f16' | 'q8_0';

/** llama.cpp's `general.file_type` of a model with matrices in this encoding. */
export const fileTypes: Readonly<Record<WrittenEncoding, number>> = { f32: 0, f16: 1, q8_0: 7 };

/** Encodes f32 numbers for a file. For `q8_0` rows must be whole blocks of 32. */
export function encode(encoding: WrittenEncoding, values: Float32Array): Uint8Array {
  switch (encoding) {
    case 'f32':
      return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    case 'f16':
      return floatsToHalves(values);
    case 'q8_0':
      return quantize(values);
  }
}

/** ggml's quantize_row_q8_0_ref: scale = max|x| / 127, values rounded half away from zero. */
function quantize(values: Float32Array): Uint8Array {
  const blocks = values.length / 32;
  const result = new Uint8Array(blocks * 34);
  for (let block = 0; block < blocks; block++) {
    const start = block * 32;
    let largest = 0;
    for (let i = start; i < start + 32; i++) largest = Math.max(largest, Math.abs(values[i] ?? 0));
    const scale = Math.fround(largest / 127);
    const inverse = scale === 0 ? 0 : Math.fround(1 / scale);
    const half = floatToHalf(scale);
    let at = block * 34;
    result[at++] = half & 255;
    result[at++] = half >> 8;
    for (let i = start; i < start + 32; i++) {
      const scaled = Math.fround((values[i] ?? 0) * inverse);
      result[at++] = scaled < 0 ? -Math.floor(0.5 - scaled) : Math.floor(scaled + 0.5);
    }
  }
  return result;
}
