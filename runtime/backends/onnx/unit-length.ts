import { GraphError } from '@graft/graph';

/**
 * Makes a vector that a model gave one long, in place; one of zeros stays. Throws `bad-model` where it is not finite:
 * it would be near to nothing, and an index never say why.
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
