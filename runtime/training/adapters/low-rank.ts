import { Matrix, QrDecomposition, SingularValueDecomposition } from 'ml-matrix';

/** The closest matrix of some rank, as factors: A = rows of Vᵀ, B = U · S. */
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
export function truncate(matrix: Float32Array, size: Size): LowRank {
  return cut(Matrix.from1DArray(size.outputs, size.inputs, matrix), size);
}

/**
 * The same for B · A given as factors [outputs, r] and [r, inputs]: both are orthogonalised, so that only an
 * r × r matrix is decomposed.
 */
export function truncateProduct(factors: LowRank, size: Size & { readonly r: number }): LowRank {
  const { outputs, inputs, r } = size;
  if (r > Math.min(outputs, inputs)) {
    const product = Matrix.from1DArray(outputs, r, factors.b).mmul(
      Matrix.from1DArray(r, inputs, factors.a),
    );
    return cut(product, size);
  }
  const left = new QrDecomposition(Matrix.from1DArray(outputs, r, factors.b));
  const right = new QrDecomposition(Matrix.from1DArray(r, inputs, factors.a).transpose());
  const core = left.upperTriangularMatrix.mmul(right.upperTriangularMatrix.transpose());
  const small = cut(core, { outputs: r, inputs: r, rank: size.rank });
  const b = left.orthogonalMatrix.mmul(Matrix.from1DArray(r, size.rank, small.b));
  const a = Matrix.from1DArray(size.rank, r, small.a).mmul(right.orthogonalMatrix.transpose());
  return { a: Float32Array.from(a.to1DArray()), b: Float32Array.from(b.to1DArray()) };
}

function cut(matrix: Matrix, { outputs, inputs, rank }: Size): LowRank {
  const found = new SingularValueDecomposition(matrix, { autoTranspose: true });
  const [u, v, s] = [found.leftSingularVectors, found.rightSingularVectors, found.diagonal];
  const kept = Math.min(rank, s.length);
  const a = new Float32Array(rank * inputs);
  const b = new Float32Array(outputs * rank);
  for (let k = 0; k < kept; k++) {
    for (let i = 0; i < inputs; i++) a[k * inputs + i] = v.get(i, k);
    for (let o = 0; o < outputs; o++) b[o * rank + k] = u.get(o, k) * (s[k] ?? 0);
  }
  return { a, b };
}
