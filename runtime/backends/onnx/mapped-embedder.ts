import { GraphError, type Embedder } from '@graft/graph';
import { unitLength } from './unit-length.ts';

/** An embedder followed by a linear map: `matrix` is [dimension, dimension], row-major, and gives W · v, normalized. */
export function mappedEmbedder(base: Embedder, model: string, matrix: Float32Array): Embedder {
  return withVectors(base, { model, dimension: base.dimension }, (vector, result) => {
    multiply(matrix, vector, result);
  });
}

/**
 * An embedder that keeps the first components of each vector, normalized again: models trained for it (Matryoshka) put
 * what matters first. Throws `bad-input` for more than the embedder gives.
 */
export function cutEmbedder(base: Embedder, dimension: number): Embedder {
  if (dimension === base.dimension) return base;
  if (dimension > base.dimension) {
    throw new GraphError(
      'bad-input',
      `"${base.model}" gives vectors of ${base.dimension} numbers, so Graft cannot keep ${dimension}. Choose fewer dimensions.`,
    );
  }
  return withVectors(base, { model: base.model, dimension }, (vector, result) => {
    result.set(vector.subarray(0, dimension));
  });
}

/** The embedder with other vectors: `change` writes each into a zeroed one. */
function withVectors(
  base: Embedder,
  { model, dimension }: Pick<Embedder, 'model' | 'dimension'>,
  change: (vector: Float32Array, result: Float32Array) => void,
): Embedder {
  const width = base.dimension;
  const changed = (vectors: Float32Array): Float32Array => {
    const count = vectors.length / width;
    const results = new Float32Array(count * dimension);
    for (let at = 0; at < count; at++) {
      const result = results.subarray(at * dimension, (at + 1) * dimension);
      change(vectors.subarray(at * width, (at + 1) * width), result);
      unitLength(result, model);
    }
    return results;
  };
  return {
    ...{ model, dimension, device: base.device },
    embed: async (texts, signal) => (await base.embed(texts, signal)).map(changed),
    embedTokens: async (texts, signal) =>
      (await base.embedTokens(texts, signal)).map(({ tokens, vectors }) => ({
        tokens,
        vectors: changed(vectors),
      })),
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
