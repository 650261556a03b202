import type { Pooling } from '@graft/graph';

/** The vectors of a text's tokens, row-major `[tokens, width]`. */
export interface TokenRows {
  readonly data: Float32Array;
  readonly width: number;
  /** Tokens before this one do not count. */
  readonly from: number;
}

/**
 * One vector of a text's tokens, as sentence-transformers pools them; of several kinds, one after the other. `target`
 * has `width` components for each kind.
 */
export function poolTokens(rows: TokenRows, kinds: readonly Pooling[], target: Float32Array): void {
  const tokens = rows.data.length / rows.width;
  // A text that was cut within its prompt counts whole.
  const counted = rows.from < tokens ? rows : { ...rows, from: 0 };
  kinds.forEach((kind, at) => {
    pooled[kind](counted, target.subarray(at * rows.width, (at + 1) * rows.width));
  });
}

type Pool = (rows: TokenRows, target: Float32Array) => void;

const pooled: Readonly<Record<Pooling, Pool>> = {
  cls: ({ data, width, from }, target) => {
    target.set(data.subarray(from * width, (from + 1) * width));
  },
  last: ({ data, width }, target) => {
    target.set(data.subarray(data.length - width));
  },
  max({ data, width, from }, target) {
    target.fill(Number.NEGATIVE_INFINITY);
    for (let start = from * width; start < data.length; start += width) {
      for (let column = 0; column < width; column++) {
        target[column] = Math.max(target[column] ?? 0, data[start + column] ?? 0);
      }
    }
  },
  mean: (rows, target) => {
    scale(target, 1 / sum(rows, target, () => 1));
  },
  'mean-sqrt': (rows, target) => {
    scale(target, 1 / Math.sqrt(sum(rows, target, () => 1)));
  },
  'weighted-mean': (rows, target) => {
    scale(target, 1 / sum(rows, target, (token) => token + 1));
  },
};

/** Adds the weighted rows to `target`; gives the sum of the weights. */
function sum(
  { data, width, from }: TokenRows,
  target: Float32Array,
  weightOf: (token: number) => number,
): number {
  let all = 0;
  target.fill(0);
  for (let token = from; token * width < data.length; token++) {
    const weight = weightOf(token);
    const start = token * width;
    all += weight;
    for (let column = 0; column < width; column++) {
      target[column] = (target[column] ?? 0) + weight * (data[start + column] ?? 0);
    }
  }
  return all;
}

function scale(vector: Float32Array, factor: number): void {
  for (let column = 0; column < vector.length; column++) {
    vector[column] = (vector[column] ?? 0) * factor;
  }
}
