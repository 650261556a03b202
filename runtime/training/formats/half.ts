/** IEEE binary16 and bfloat16, as in model files, to and from f32. */

let halfTable: Float32Array | undefined;

/** All 65,536 halves: a lookup is several times faster than arithmetic over a whole tensor. */
function table(): Float32Array {
  if (halfTable !== undefined) return halfTable;
  halfTable = new Float32Array(65536);
  for (let bits = 0; bits < 65536; bits++) {
    const sign = bits & 0x8000 ? -1 : 1;
    const exponent = (bits >> 10) & 31;
    const fraction = bits & 1023;
    halfTable[bits] =
      exponent === 31
        ? fraction === 0
          ? sign * Infinity
          : NaN
        : exponent === 0
          ? sign * fraction * 2 ** -24
          : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
  }
  return halfTable;
}

export function halfToFloat(bits: number): number {
  return table()[bits] ?? NaN;
}

const scratch = new DataView(new ArrayBuffer(4));

/** Whether every number is within the range of a half. */
export function fitsHalf(values: Float32Array): boolean {
  return values.every((value) => Math.abs(value) < 65_520);
}

/** Rounds to nearest, ties to even; overflows to infinity. */
export function floatToHalf(value: number): number {
  scratch.setFloat32(0, value);
  const bits = scratch.getUint32(0);
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00;
  if (magnitude >= 0x47800000) return sign | 0x7c00;
  if (magnitude < 0x38800000) {
    // Subnormal half: a multiple of 2^-24; Math.round would round ties up.
    const scaled = Math.abs(Math.fround(value)) * 2 ** 24;
    const floor = Math.floor(scaled);
    const rest = scaled - floor;
    return sign | (rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor);
  }
  const rebiased = magnitude - 0x38000000;
  const half = rebiased >>> 13;
  const rest = rebiased & 0x1fff;
  return sign | (half + (rest > 0x1000 || (rest === 0x1000 && half % 2 === 1) ? 1 : 0));
}

export function halvesToFloats(bytes: Uint8Array): Float32Array {
  const halves = table();
  const result = new Float32Array(bytes.length >> 1);
  for (let i = 0; i < result.length; i++) {
    result[i] = halves[(bytes[2 * i] ?? 0) | ((bytes[2 * i + 1] ?? 0) << 8)] ?? NaN;
  }
  return result;
}

export function floatsToHalves(values: Float32Array): Uint8Array {
  const result = new Uint8Array(values.length * 2);
  values.forEach((value, i) => {
    const half = floatToHalf(value);
    result[2 * i] = half & 255;
    result[2 * i + 1] = half >> 8;
  });
  return result;
}

/** bfloat16 is the upper half of an f32. */
export function bfloatsToFloats(bytes: Uint8Array): Float32Array {
  const result = new Float32Array(bytes.length >> 1);
  const words = new Uint8Array(result.buffer);
  for (let i = 0; i < result.length; i++) {
    words[4 * i + 2] = bytes[2 * i] ?? 0;
    words[4 * i + 3] = bytes[2 * i + 1] ?? 0;
  }
  return result;
}
