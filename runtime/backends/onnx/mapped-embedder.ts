import type { Embedder } from '@graft/graph';
import { unitLength } from './unit-length.ts';

/** An embedder followed by a linear map: `matrix` is [dimension, dimension], row-major, and gives W · v, normalized. */
export function mappedEmbedder(base: Embedder, model: string, matrix: Float32Array): Embedder {
  const { dimension } = base;
  const mapped = (vectors: Float32Array): Float32Array => {
    const results = new Float32Array(vectors.length);
    for (let start = 0; start < vectors.length; start += dimension) {
      const vector = vectors.subarray(start, start + dimension);
      const result = results.subarray(start, start + dimension);
      multiply(matrix, vector, result);
      unitLength(result, model);
    }
    return results;
  };
  return {
    ...{ model, dimension, device: base.device },
    embed: async (texts, signal) => (await base.embed(texts, signal)).map(mapped),
    embedTokens: async (texts, signal) =>
      (await base.embedTokens(texts, signal)).map(({ tokens, vectors }) => ({
        tokens,
        vectors: mapped(vectors),
      })),
    countTokens: (text) => base.countTokens(text),
  };
}

function multiply(matrix: Float32Array, vector: Float32Array, result: Float32Array): void {
  const width = vector.length;
  for (let row = 0; row < width; row++) {
    let sum = 0;
    for (let column = 0; column < width; column++) {
      sum += (matrix[row * width + column] ?? NaN) * (vector[column] ?? NaN);
    }
    result[row] = sum;
  }
}
