import { floatToHalf, floatsToHalves } from './half.ts';

/** What this package writes. */
export type WrittenEncoding = 'f32' | 'f16' | 'q8_0';

/** f32 numbers as a file holds them. For `q8_0` rows must be whole blocks of 32. */
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
    const part = values.subarray(block * 32, block * 32 + 32);
    const largest = part.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const scale = Math.fround(largest / 127);
    const inverse = scale === 0 ? 0 : Math.fround(1 / scale);
    const half = floatToHalf(scale);
    result[block * 34] = half & 255;
    result[block * 34 + 1] = half >> 8;
    part.forEach((value, i) => {
      const scaled = Math.fround(value * inverse);
      result[block * 34 + 2 + i] = Math.sign(scaled) * Math.floor(Math.abs(scaled) + 0.5);
    });
  }
  return result;
}
