/** Of unit-length vectors; rounding may lead out of [-1, 1] by a hair. */
export function cosine(a: Float32Array, b: Float32Array): number {
  const dot = a.reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0);
  return Math.max(-1, Math.min(1, dot));
}
