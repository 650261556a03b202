import { SeededRandom } from '@graft/graph';
import { UMAP } from 'umap-js';

/** What the worker is given: vectors one after the other, each to its own scale, since only their directions count. */
export interface UmapTask {
  readonly values: Int8Array;
  readonly dimension: number;
}

/** What it tells: the share that is done, or at the end x and y of each, from -1 to 1. */
export type UmapNews =
  | { readonly kind: 'neighbours' }
  | { readonly kind: 'moving'; readonly share: number }
  | { readonly kind: 'done'; readonly places: readonly number[] };

/** Neighbours of a point that stay near it. */
const neighbours = 15;
/** Rounds in which points are moved: fewer where there are many, which then are more in each. */
const roundsOf = (points: number): number => (points > 8_000 ? 100 : points > 2_000 ? 250 : 400);
/** Rounds between two tidings. */
const told = 10;

/** Vectors of length 1; one without direction stays as it is. */
function unitVectors({ values, dimension }: UmapTask): number[][] {
  return Array.from({ length: values.length / dimension }, (_, at) => {
    const vector = Array.from(values.subarray(at * dimension, (at + 1) * dimension));
    const length = Math.hypot(...vector) || 1;
    return vector.map((value) => value / length);
  });
}

/** 1 less the cosine of two vectors of length 1. */
function cosineDistance(a: readonly number[], b: readonly number[]): number {
  let sum = 0;
  for (let at = 0; at < a.length; at += 1) sum += (a[at] ?? 0) * (b[at] ?? 0);
  return Math.max(0, 1 - sum);
}

/** x and y one after the other, each axis from -1 to 1. */
function spread(points: readonly (readonly number[])[]): number[] {
  const axis = (side: number): readonly number[] => {
    const values = points.map((point) => point[side] ?? 0);
    const least = values.reduce((a, b) => Math.min(a, b), Infinity);
    const most = values.reduce((a, b) => Math.max(a, b), -Infinity);
    const half = (most - least) / 2 || 1;
    return values.map((value) => (value - least) / half - 1);
  };
  const [x, y] = [axis(0), axis(1)];
  return points.flatMap((_, at) => [x[at] ?? 0, y[at] ?? 0]);
}

/** Lays vectors out by UMAP (McInnes et al., 2018), by the cosine of each two. Of at least three. */
export function* layOut(task: UmapTask): Generator<UmapNews> {
  yield { kind: 'neighbours' };
  const vectors = unitVectors(task);
  const rounds = roundsOf(vectors.length);
  // The same numbers each time, so that the same vectors lie at the same places.
  const random = new SeededRandom(1);
  const umap = new UMAP({
    ...{ nNeighbors: Math.min(neighbours, vectors.length - 1), minDist: 0.1, nEpochs: rounds },
    ...{ distanceFn: cosineDistance, random: () => random.uniform() },
  });
  umap.initializeFit(vectors);
  for (let round = 0; round < rounds; round += 1) {
    if (round % told === 0) yield { kind: 'moving', share: round / rounds };
    umap.step();
  }
  yield { kind: 'done', places: spread(umap.getEmbedding()) };
}
