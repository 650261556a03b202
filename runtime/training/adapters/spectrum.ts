import { Matrix, SingularValueDecomposition } from 'ml-matrix';
import { type Adapter, type AdapterModule, scaleOf } from './adapter.ts';

/**
 * Singular values of s·B·A, largest first, at most the rank. Exact without the full matrix: with B = Q₁R₁ and Aᵀ = Q₂R₂
 * they are those of the small s·R₁R₂ᵀ, because Q₁ and Q₂ preserve lengths.
 */
export function spectrumOf(adapter: Adapter, module: AdapterModule): number[] {
  const { inputs, outputs, rank, a, b } = module;
  const left = triangular(Float64Array.from(b), outputs, rank);
  const right = triangular(transposed(a, rank, inputs), inputs, rank);
  const core = left.mmul(right.transpose()).mul(scaleOf(adapter, module));
  const { diagonal } = new SingularValueDecomposition(core, {
    autoTranspose: true,
    computeLeftSingularVectors: false,
    computeRightSingularVectors: false,
  });
  return diagonal;
}

/** The Frobenius norm for these singular values. */
export function normOf(spectrum: readonly number[]): number {
  return Math.hypot(...spectrum);
}

function transposed(data: Float32Array, rows: number, columns: number): Float64Array {
  const result = new Float64Array(data.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      result[column * rows + row] = data[row * columns + column] ?? 0;
    }
  }
  return result;
}

/** R of the QR decomposition of a [rows, columns] matrix by Householder reflections; overwrites `x`. */
function triangular(x: Float64Array, rows: number, columns: number): Matrix {
  const steps = Math.min(rows, columns);
  const at = (row: number, column: number): number => x[row * columns + column] ?? 0;
  const products = new Float64Array(columns);
  for (let k = 0; k < steps; k++) {
    let square = 0;
    for (let row = k; row < rows; row++) square += at(row, k) ** 2;
    if (square === 0) continue;
    const pivot = at(k, k);
    const length = pivot > 0 ? -Math.sqrt(square) : Math.sqrt(square);
    // v = x − length·e₁, whose square is 2·(square − length·pivot).
    x[k * columns + k] = pivot - length;
    const factor = 1 / (square - length * pivot);
    products.fill(0);
    for (let row = k; row < rows; row++) {
      const v = at(row, k);
      for (let j = k + 1; j < columns; j++) products[j] = (products[j] ?? 0) + v * at(row, j);
    }
    for (let row = k; row < rows; row++) {
      const v = at(row, k) * factor;
      for (let j = k + 1; j < columns; j++) {
        x[row * columns + j] = at(row, j) - v * (products[j] ?? 0);
      }
    }
    x[k * columns + k] = length;
    for (let row = k + 1; row < rows; row++) x[row * columns + k] = 0;
  }
  return Matrix.from1DArray(steps, columns, x.subarray(0, steps * columns));
}
