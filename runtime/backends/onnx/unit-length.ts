import { GraphError } from '@graft/graph';

/**
 * Normalizes a model's vector in place; a zero vector stays. Throws `bad-model` if it is not finite: its search results
 * would be wrong without any error.
 */
export function unitLength(vector: Float32Array, model: string): void {
  let square = 0;
  for (const value of vector) square += value * value;
  if (!Number.isFinite(square)) {
    throw new GraphError(
      'bad-model',
      `"${model}" gave a vector that is not finite: its weights are damaged, or the device computes wrong results. Download it again, or choose another device.`,
    );
  }
  const scale = square > 0 ? 1 / Math.sqrt(square) : 0;
  for (let column = 0; column < vector.length; column++) {
    vector[column] = (vector[column] ?? 0) * scale;
  }
}
