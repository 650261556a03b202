import { Matrix, SingularValueDecomposition } from 'ml-matrix';
import { describe, expect, it } from 'vitest';
import { Random } from '../optimizer/random.ts';
import { leadingSingular } from './leading-singular.ts';
import { truncate } from './low-rank.ts';
import { keepLargest } from './sparsify.ts';

const { signal } = new AbortController();
const random = new Random(7);
const normals = (length: number): Float64Array =>
  Float64Array.from({ length }, () => random.normal());

/** A product of two factors, and as many numbers of noise. */
function noisy(rows: number, columns: number, noise: number): Float64Array {
  const product = Matrix.from1DArray(rows, 3, normals(rows * 3)).mmul(
    Matrix.from1DArray(3, columns, normals(3 * columns)),
  );
  const more = normals(rows * columns);
  return Float64Array.from(product.to1DArray(), (x, i) => x + noise * (more[i] ?? 0));
}

function rebuilt(found: Awaited<ReturnType<typeof leadingSingular>>): number[] {
  const { values, left, right } = found;
  const rows = left[0]?.length ?? 0;
  const columns = right[0]?.length ?? 0;
  return Array.from({ length: rows * columns }, (_, at) => {
    const [row, column] = [Math.floor(at / columns), at % columns];
    return values.reduce(
      (sum, value, k) => sum + value * (left[k]?.[row] ?? 0) * (right[k]?.[column] ?? 0),
      0,
    );
  });
}

/** The same of a decomposition of the whole matrix. */
function whole(matrix: Float64Array, size: Parameters<typeof leadingSingular>[1]): number[] {
  const { rows, columns, count } = size;
  const full = new SingularValueDecomposition(Matrix.from1DArray(rows, columns, matrix), {
    autoTranspose: true,
  });
  return rebuilt({
    values: full.diagonal.slice(0, count),
    left: Array.from({ length: count }, (_, k) =>
      Float64Array.from(full.leftSingularVectors.getColumn(k)),
    ),
    right: Array.from({ length: count }, (_, k) =>
      Float64Array.from(full.rightSingularVectors.getColumn(k)),
    ),
  });
}

describe('the leading singular values', () => {
  it.each([
    ['tall, low rank', { rows: 60, columns: 40, noise: 0 }],
    ['tall, with noise', { rows: 60, columns: 40, noise: 0.5 }],
    ['wide, with noise', { rows: 40, columns: 60, noise: 0.5 }],
    ['flat', { rows: 90, columns: 70, noise: 20 }],
  ])('are those of the whole decomposition: %s', async (_, { rows, columns, noise }) => {
    const matrix = noisy(rows, columns, noise);
    const size = { rows, columns, count: 5 };
    const found = await leadingSingular(matrix, size, signal);
    const expected = whole(matrix, size);
    const largest = Math.max(...expected.map(Math.abs));
    rebuilt(found).forEach((x, i) => {
      expect(Math.abs(x - (expected[i] ?? NaN))).toBeLessThan(1e-7 * largest);
    });
  });

  it('are found where they repeat, and where there are none', async () => {
    const identity = Float64Array.from(Matrix.eye(20, 20).to1DArray());
    const size = { rows: 20, columns: 20, count: 6 };
    const found = await leadingSingular(identity, size, signal);
    for (const value of found.values) expect(value).toBeCloseTo(1, 10);
    const gram = Matrix.from1DArray(
      6,
      20,
      found.left.flatMap((x) => [...x]),
    );
    const products = gram.mmul(gram.transpose()).to1DArray();
    Matrix.eye(6, 6)
      .to1DArray()
      .forEach((x, i) => expect(products[i]).toBeCloseTo(x, 10));
    const nothing = await leadingSingular(new Float64Array(400), size, signal);
    expect(nothing.values).toEqual([0, 0, 0, 0, 0, 0]);
  });

  it('fill a rank beyond the sizes with zeros', async () => {
    const matrix = normals(6);
    const { a, b } = await truncate(matrix, { outputs: 2, inputs: 3, rank: 4 }, signal);
    const product = Matrix.from1DArray(2, 4, b)
      .mmul(Matrix.from1DArray(4, 3, a))
      .to1DArray();
    product.forEach((x, i) => expect(x).toBeCloseTo(matrix[i] ?? NaN, 5));
  });

  it('can be given up', async () => {
    const controller = new AbortController();
    const size = { rows: 300, columns: 200, count: 50 };
    const work = leadingSingular(noisy(300, 200, 9), size, controller.signal);
    controller.abort();
    await expect(work).rejects.toMatchObject({ name: 'AbortError' });
  });
});

describe('the largest values', () => {
  it('are kept, of equal ones the first', () => {
    const tensor = Float32Array.of(1, -2, 0.5, 2, -1, 1);
    expect([...keepLargest(tensor, 0.5)]).toEqual([1, -2, 0, 2, 0, 0]);
    expect([...keepLargest(tensor, 0.67)]).toEqual([1, -2, 0, 2, -1, 0]);
    expect([...keepLargest(tensor, 0.1)]).toEqual([0, 0, 0, 0, 0, 0]);
  });
});
