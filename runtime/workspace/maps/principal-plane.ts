/** Rounds of the power iteration: more move no point by a pixel. */
const rounds = 30;
/** Numbers that are gone through before others have their turn. */
const atOnce = 4_000_000;

/**
 * Vectors of one length, `[count, dimension]`, on the plane of their two first principal components, by power iteration on
 * the centred data: x and y of each, every axis scaled to [-1, 1]. It rests at every `yield`, so that whoever waits for it is not all that the process does.
 */
export function* principalPlane(
  vectors: readonly Float32Array[],
): Generator<undefined, Float32Array> {
  const dimension = vectors[0]?.length ?? 0;
  const slice = Math.max(1, Math.floor(atOnce / Math.max(1, dimension)));
  const mean = new Float64Array(dimension);
  for (const [at, vector] of vectors.entries()) {
    if (at % slice === 0) yield;
    for (let d = 0; d < dimension; d++) mean[d] = (mean[d] ?? 0) + (vector[d] ?? 0);
  }
  for (let d = 0; d < dimension; d++) mean[d] = (mean[d] ?? 0) / vectors.length;
  const places = new Float32Array(2 * vectors.length);
  const axes: Float64Array[] = [];
  for (const side of [0, 1]) {
    // Any start that is not at right angles to the answer; the same each time, so that the map does not jump.
    let axis = unit(
      Float64Array.from({ length: dimension }, (_, d) => Math.cos(d + 1)),
      axes,
    );
    for (let round = 0; round < rounds; round++) {
      const next = new Float64Array(dimension);
      for (const [at, vector] of vectors.entries()) {
        if (at % slice === 0) yield;
        const along = alongAxis(vector, mean, axis);
        for (let d = 0; d < dimension; d++)
          next[d] = (next[d] ?? 0) + along * ((vector[d] ?? 0) - (mean[d] ?? 0));
      }
      axis = unit(next, axes);
    }
    axes.push(axis);
    let most = 0;
    for (const [at, vector] of vectors.entries()) {
      const along = alongAxis(vector, mean, axis);
      places[2 * at + side] = along;
      most = Math.max(most, Math.abs(along));
    }
    if (most === 0) continue;
    for (let at = side; at < places.length; at += 2) places[at] = (places[at] ?? 0) / most;
  }
  return places;
}

function alongAxis(vector: Float32Array, mean: Float64Array, axis: Float64Array): number {
  let sum = 0;
  for (let d = 0; d < axis.length; d++) sum += ((vector[d] ?? 0) - (mean[d] ?? 0)) * (axis[d] ?? 0);
  return sum;
}

/** Of length 1 and at right angles to others of length 1; zeros where nothing is left of it. */
function unit(vector: Float64Array, others: readonly Float64Array[]): Float64Array {
  for (const other of others) {
    const share = dot(vector, other);
    for (let d = 0; d < vector.length; d++) vector[d] = (vector[d] ?? 0) - share * (other[d] ?? 0);
  }
  const length = Math.sqrt(dot(vector, vector));
  return length === 0 ? vector : vector.map((value) => value / length);
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let d = 0; d < a.length; d++) sum += (a[d] ?? 0) * (b[d] ?? 0);
  return sum;
}
