import { Matrix, SingularValueDecomposition } from 'ml-matrix';
import { setImmediate } from 'node:timers/promises';
import { Random } from '../optimizer/random.ts';

/** Residuals below this share of the largest singular value count as zero: below the rounding of f32. */
const tolerance = 1e-8;

/** Iterations between two yields. */
const patience = 16;

type Numbers = Float32Array | Float64Array;

export interface Triplets {
  /** Largest first. */
  readonly values: readonly number[];
  /** Unit vectors on the side of the rows and of the columns, one for each value. */
  readonly left: readonly Float64Array[];
  readonly right: readonly Float64Array[];
}

/**
 * The `count` largest singular values of a full matrix with their vectors, by bidiagonalization (Golub and Kahan 1965)
 * from a fixed random vector, with full reorthogonalization. Ends once the wanted values have converged, at the latest
 * when the vectors span the space, where the decomposition is exact.
 */
export async function leadingSingular(
  matrix: Numbers,
  size: { readonly rows: number; readonly columns: number; readonly count: number },
  signal: AbortSignal,
): Promise<Triplets> {
  const { rows, columns } = size;
  if (rows < columns) {
    const flipped = transposed(matrix, rows, columns);
    const turned = { ...size, rows: columns, columns: rows };
    const { values, left, right } = await leadingSingular(flipped, turned, signal);
    return { values, left: right, right: left };
  }
  const count = Math.min(size.count, columns);
  const process = new Bidiagonalization(matrix, rows, columns);
  let next = Math.min(columns, 2 * count + 8);
  for (let step = 1; ; step++) {
    if (step % patience === 0) {
      await setImmediate();
      signal.throwIfAborted();
    }
    process.advance();
    if (step < next) continue;
    const found = process.triplets(count);
    if (step === columns || found.settled) return found;
    next = Math.min(columns, Math.ceil(1.5 * step));
  }
}

class Bidiagonalization {
  readonly #matrix: Numbers;
  readonly #rows: number;
  readonly #columns: number;
  readonly #left: Float64Array[] = [];
  readonly #right: Float64Array[];
  readonly #diagonal: number[] = [];
  readonly #above: number[] = [];
  readonly #random = new Random(1);

  constructor(matrix: Numbers, rows: number, columns: number) {
    this.#matrix = matrix;
    this.#rows = rows;
    this.#columns = columns;
    this.#right = [this.#unit(new Float64Array(columns), []).vector];
  }

  /** One more vector on each side. */
  advance(): void {
    const left = this.#left;
    const right = this.#right;
    const last = right.at(-1) ?? new Float64Array();
    const above = this.#unit(this.#times(last), left);
    this.#diagonal.push(above.length);
    left.push(above.vector);
    const below = this.#unit(this.#transposedTimes(above.vector), right);
    this.#above.push(below.length);
    right.push(below.vector);
  }

  triplets(count: number): Triplets & { readonly settled: boolean } {
    const steps = this.#diagonal.length;
    const core = Matrix.zeros(steps, steps);
    for (const [i, value] of this.#diagonal.entries()) {
      core.set(i, i, value);
      if (i + 1 < steps) core.set(i, i + 1, this.#above[i] ?? 0);
    }
    const found = new SingularValueDecomposition(core);
    const [p, q] = [found.leftSingularVectors, found.rightSingularVectors];
    const chosen = Array.from({ length: count }, (_, k) => k);
    const largest = found.diagonal[0] ?? 0;
    const rest = this.#above.at(-1) ?? 0;
    return {
      values: found.diagonal.slice(0, count),
      left: chosen.map((k) => combined(this.#left, p.getColumn(k))),
      right: chosen.map((k) => combined(this.#right, q.getColumn(k))),
      settled: chosen.every((k) => rest * Math.abs(p.get(steps - 1, k)) <= tolerance * largest),
    };
  }

  /**
   * The component of a vector orthogonal to the others, as unit vector and length. If it vanishes, any orthogonal
   * vector, with length 0.
   */
  #unit(
    vector: Float64Array,
    others: readonly Float64Array[],
  ): { readonly vector: Float64Array; readonly length: number } {
    const before = norm(vector);
    // Twice is enough (Kahan and Parlett).
    for (let pass = 0; pass < 2; pass++) for (const other of others) removePart(vector, other);
    const length = norm(vector);
    if (length > 1e-12 * before) return { vector: scaled(vector, 1 / length), length };
    const fresh = vector.map(() => this.#random.normal());
    if (others.length >= fresh.length) return { vector: new Float64Array(fresh.length), length: 0 };
    return { ...this.#unit(fresh, others), length: 0 };
  }

  #times(x: Float64Array): Float64Array {
    const matrix = this.#matrix;
    const rows = this.#rows;
    const columns = this.#columns;
    const result = new Float64Array(rows);
    for (let row = 0, at = 0; row < rows; row++) {
      let sum = 0;
      for (let i = 0; i < columns; i++) sum += (matrix[at++] ?? 0) * (x[i] ?? 0);
      result[row] = sum;
    }
    return result;
  }

  #transposedTimes(x: Float64Array): Float64Array {
    const matrix = this.#matrix;
    const rows = this.#rows;
    const columns = this.#columns;
    const result = new Float64Array(columns);
    for (let row = 0, at = 0; row < rows; row++) {
      const factor = x[row] ?? 0;
      for (let i = 0; i < columns; i++) result[i] = (result[i] ?? 0) + factor * (matrix[at++] ?? 0);
    }
    return result;
  }
}

function norm(x: Float64Array): number {
  let square = 0;
  for (const value of x) square += value * value;
  return Math.sqrt(square);
}

function scaled(x: Float64Array, factor: number): Float64Array {
  return x.map((value) => value * factor);
}

function removePart(x: Float64Array, unit: Float64Array): void {
  let product = 0;
  for (let i = 0; i < x.length; i++) product += (x[i] ?? 0) * (unit[i] ?? 0);
  for (let i = 0; i < x.length; i++) x[i] = (x[i] ?? 0) - product * (unit[i] ?? 0);
}

function combined(vectors: readonly Float64Array[], factors: readonly number[]): Float64Array {
  const result = new Float64Array(vectors[0]?.length ?? 0);
  for (const [k, factor] of factors.entries()) {
    const vector = vectors[k] ?? result;
    for (let i = 0; i < result.length; i++)
      result[i] = (result[i] ?? 0) + factor * (vector[i] ?? 0);
  }
  return result;
}

function transposed(matrix: Numbers, rows: number, columns: number): Float64Array {
  const result = new Float64Array(matrix.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      result[column * rows + row] = matrix[row * columns + column] ?? 0;
    }
  }
  return result;
}
