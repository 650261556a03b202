/** Token vectors of a text: unit length, row-major `[tokens, dimension]`. */
export interface TokenVectors {
  readonly tokens: number;
  readonly vectors: Float32Array;
}

/**
 * Late interaction (ColBERT, arXiv 2004.12832): each token of the query finds the most similar token of the
 * passage; the mean of those cosines, in [-1, 1]. A mean, not ColBERT's sum, so that the score does not grow
 * with the length of the question; the order is the same.
 */
export function maxSim(query: TokenVectors, passage: TokenVectors, dimension: number): number {
  if (query.tokens === 0 || passage.tokens === 0) return -1;
  let sum = 0;
  for (let q = 0; q < query.tokens; q += 1) {
    let best = -1;
    for (let p = 0; p < passage.tokens; p += 1) {
      let dot = 0;
      for (let d = 0; d < dimension; d += 1) {
        dot += (query.vectors[q * dimension + d] ?? 0) * (passage.vectors[p * dimension + d] ?? 0);
      }
      if (dot > best) best = dot;
    }
    sum += best;
  }
  return sum / query.tokens;
}
