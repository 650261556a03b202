/**
 * Vectors on the plane of their two first principal components, by power iteration on the centred data; each
 * axis scaled to [-1, 1]. Vectors all have one length.
 */
export function principalPlane(vectors: readonly (readonly number[])[]): [number, number][] {
  const dimension = vectors[0]?.length ?? 0;
  const mean = Array.from({ length: dimension }, (_, d) => average(vectors, d));
  const centred = vectors.map((vector) => vector.map((value, d) => value - (mean[d] ?? 0)));
  const first = component(centred, dimension);
  const x = centred.map((row) => dot(row, first));
  const rest = centred.map((row, at) =>
    row.map((value, d) => value - (x[at] ?? 0) * (first[d] ?? 0)),
  );
  const second = component(rest, dimension);
  const y = rest.map((row) => dot(row, second));
  const [sx, sy] = [scale(x), scale(y)];
  return vectors.map((_, at) => [(x[at] ?? 0) / sx, (y[at] ?? 0) / sy]);
}

function component(rows: readonly (readonly number[])[], dimension: number): number[] {
  // Any start that is not at right angles to the answer; the same each time, so that the map does not jump.
  let axis = unit(Array.from({ length: dimension }, (_, d) => Math.cos(d + 1)));
  for (let round = 0; round < 30; round += 1) {
    const next = new Array<number>(dimension).fill(0);
    for (const row of rows) {
      const along = dot(row, axis);
      for (let d = 0; d < dimension; d += 1) next[d] = (next[d] ?? 0) + along * (row[d] ?? 0);
    }
    axis = unit(next);
  }
  return axis;
}

function average(vectors: readonly (readonly number[])[], d: number): number {
  return vectors.reduce((sum, vector) => sum + (vector[d] ?? 0), 0) / vectors.length;
}
function dot(a: readonly number[], b: readonly number[]): number {
  let sum = 0;
  for (let d = 0; d < a.length; d += 1) sum += (a[d] ?? 0) * (b[d] ?? 0);
  return sum;
}
function unit(vector: readonly number[]): number[] {
  const norm = Math.sqrt(dot(vector, vector));
  return norm === 0 ? [...vector] : vector.map((value) => value / norm);
}
function scale(values: readonly number[]): number {
  const most = values.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
  return most === 0 ? 1 : most;
}
