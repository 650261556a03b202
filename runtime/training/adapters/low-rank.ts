import { Matrix, QrDecomposition } from 'ml-matrix';
import { leadingSingular } from './leading-singular.ts';

/** The closest matrix of a given rank, as factors: A = rows of Vᵀ, B = U · S. */
export interface LowRank {
  readonly a: Float32Array;
  readonly b: Float32Array;
}

interface Size {
  readonly outputs: number;
  readonly inputs: number;
  readonly rank: number;
}

/** Best approximation of a full matrix [outputs, inputs] (Eckart and Young). */
export async function truncate(
  matrix: Float32Array | Float64Array,
  { outputs, inputs, rank }: Size,
  signal: AbortSignal,
): Promise<LowRank> {
  const size = { rows: outputs, columns: inputs, count: rank };
  const { values, left, right } = await leadingSingular(matrix, size, signal);
  const a = new Float32Array(rank * inputs);
  const b = new Float32Array(outputs * rank);
  for (const [k, value] of values.entries()) {
    a.set(right[k] ?? [], k * inputs);
    left[k]?.forEach((x, o) => (b[o * rank + k] = x * value));
  }
  return { a, b };
}

/**
 * The same for B · A, given as factors [outputs, r] and [r, inputs]: orthogonalizes both, so that only an r × r matrix
 * is decomposed.
 */
export async function truncateProduct(
  factors: LowRank,
  size: Size & { readonly r: number },
  signal: AbortSignal,
): Promise<LowRank> {
  const { outputs, inputs, r, rank } = size;
  const left = Matrix.from1DArray(outputs, r, factors.b);
  const right = Matrix.from1DArray(r, inputs, factors.a);
  if (r > Math.min(outputs, inputs)) {
    return truncate(Float64Array.from(left.mmul(right).to1DArray()), size, signal);
  }
  const [qrLeft, qrRight] = [new QrDecomposition(left), new QrDecomposition(right.transpose())];
  const core = qrLeft.upperTriangularMatrix.mmul(qrRight.upperTriangularMatrix.transpose());
  const middle = { outputs: r, inputs: r, rank };
  const small = await truncate(Float64Array.from(core.to1DArray()), middle, signal);
  const b = qrLeft.orthogonalMatrix.mmul(Matrix.from1DArray(r, rank, small.b));
  const a = Matrix.from1DArray(rank, r, small.a).mmul(qrRight.orthogonalMatrix.transpose());
  return { a: Float32Array.from(a.to1DArray()), b: Float32Array.from(b.to1DArray()) };
}
