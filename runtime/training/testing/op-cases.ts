import type { Builder } from '../ir/builder.ts';
import {
  geluTanh,
  layerNorm,
  negativeLogLikelihood,
  rmsNorm,
  softCap,
  unitLength,
  withSlopes,
} from '../ir/layers.ts';
import type { Value } from '../ir/op.ts';
import type { Shape } from '../ir/shape.ts';

/** One op, or a composite, with inputs small enough for finite differences. */
export interface OpCase {
  readonly name: string;
  /** Shapes of the differentiable inputs, fed with numbers between `low` and `high`. */
  readonly inputs: readonly Shape[];
  readonly low?: number;
  readonly high?: number;
  readonly build: (b: Builder, inputs: readonly Value[]) => Value;
}

type Build1 = (b: Builder, x: Value) => Value;
type Build2 = (b: Builder, x: Value, y: Value) => Value;

function one(name: string, shape: Shape, build: Build1): OpCase {
  return {
    name,
    inputs: [shape],
    build: (b, [x]) => (x === undefined ? b.scalar(0) : build(b, x)),
  };
}
function two(name: string, shapes: readonly [Shape, Shape], build: Build2): OpCase {
  return {
    name,
    inputs: shapes,
    build: (b, [x, y]) => (x === undefined || y === undefined ? b.scalar(0) : build(b, x, y)),
  };
}
function positive(opCase: OpCase): OpCase {
  return { ...opCase, low: 0.5, high: 2 };
}
function ids(b: Builder, values: readonly number[], shape: Shape): Value {
  return b.constant(Int32Array.from(values), shape);
}

/** Every primitive that has a derivative, matmul with every flag, and the composites. */
export const opCases: readonly OpCase[] = [
  one('neg', [2, 3], (b, x) => b.neg(x)),
  one('exp', [2, 3], (b, x) => b.exp(x)),
  positive(one('log', [2, 3], (b, x) => b.log(x))),
  positive(one('sqrt', [2, 3], (b, x) => b.sqrt(x))),
  positive(one('rsqrt', [2, 3], (b, x) => b.rsqrt(x))),
  one('tanh', [2, 3], (b, x) => b.tanh(x)),
  one('sigmoid', [2, 3], (b, x) => b.sigmoid(x)),
  one('silu', [2, 3], (b, x) => b.silu(x)),
  one('square', [2, 3], (b, x) => b.mul(x, x)),
  one('erf', [2, 3], (b, x) => b.erf(x)),
  one('gelu', [2, 3], (b, x) => b.gelu(x)),
  // Offsets that keep every sum away from the jumps.
  positive(
    one('floor', [2, 3], (b, x) => {
      const offsets = b.constant(Float32Array.of(1.2, -0.7, 3.3, -2.7, 0.2, 5.2), [2, 3]);
      return b.mul(x, b.floor(b.add(b.scale(x, 0.2), offsets)));
    }),
  ),
  two('add', [[2, 3], [3]], (b, x, y) => b.add(x, y)),
  two(
    'sub',
    [
      [1, 3],
      [2, 1],
    ],
    (b, x, y) => b.sub(x, y),
  ),
  two(
    'mul',
    [
      [2, 1, 3],
      [2, 1],
    ],
    (b, x, y) => b.mul(x, y),
  ),
  positive(
    two(
      'div',
      [
        [2, 3],
        [1, 3],
      ],
      (b, x, y) => b.div(x, y),
    ),
  ),
  two('where', [[2, 3], [3]], (b, x, y) => b.where(ids(b, [1, 0, 1, 0, 0, 1], [2, 3]), x, y)),
  two(
    'where on a comparison',
    [
      [2, 3],
      [2, 1],
    ],
    (b, x, y) => b.where(b.greaterEqual(ids(b, [0, 1, 2], [3]), ids(b, [1], [])), x, y),
  ),
  ...[false, true].flatMap((transposeA) =>
    [false, true].map((transposeB) =>
      two(
        `matmul ${transposeA ? 'aᵀ' : 'a'}${transposeB ? 'bᵀ' : 'b'}`,
        [transposeA ? [3, 2] : [2, 3], transposeB ? [4, 3] : [3, 4]],
        (b, x, y) => b.matmul(x, y, { transposeA, transposeB }),
      ),
    ),
  ),
  ...[false, true].flatMap((transposeA) =>
    [false, true].map((transposeB) =>
      two(
        `matmul in batches ${transposeA ? 'aᵀ' : 'a'}${transposeB ? 'bᵀ' : 'b'}`,
        [transposeA ? [2, 3, 2] : [2, 2, 3], transposeB ? [2, 2, 3] : [2, 3, 2]],
        (b, x, y) => b.matmul(x, y, { transposeA, transposeB }),
      ),
    ),
  ),
  ...[false, true].flatMap((transposeA) =>
    [false, true].map((transposeB) =>
      two(
        `matmul in an odd batch ${transposeA ? 'aᵀ' : 'a'}${transposeB ? 'bᵀ' : 'b'}`,
        [transposeA ? [3, 4, 2] : [3, 2, 4], transposeB ? [3, 2, 4] : [3, 4, 2]],
        (b, x, y) => b.matmul(x, y, { transposeA, transposeB }),
      ),
    ),
  ),
  two(
    'matmul with a shared matrix',
    [
      [2, 2, 3],
      [3, 2],
    ],
    (b, x, y) => b.matmul(x, y),
  ),
  two(
    'matmul with a shared transposed matrix',
    [
      [2, 2, 3],
      [2, 3],
    ],
    (b, x, y) => b.matmul(x, y, { transposeB: true }),
  ),
  one('reduceSum', [2, 3, 2], (b, x) => b.reduceSum(x, [0, -1])),
  one('reduceMax', [2, 4], (b, x) => b.reduceMax(x, [-1])),
  one('reduceMean', [2, 4], (b, x) => b.reduceMean(x, [-1])),
  one('standardize', [2, 4], (b, x) => b.apply({ kind: 'standardize', epsilon: 0.1 }, x)),
  one('inverse deviation', [2, 4], (b, x) =>
    b.apply({ kind: 'inverseDeviation', epsilon: 0.1 }, x),
  ),
  one('softmax', [2, 4], (b, x) => b.softmax(x)),
  one('logSoftmax', [2, 4], (b, x) => b.logSoftmax(x)),
  one('reshape', [2, 6], (b, x) => b.reshape(x, [3, 4])),
  one('transpose', [2, 3, 2], (b, x) => b.transpose(x, [2, 0, 1])),
  one('broadcast', [3, 1], (b, x) => b.broadcast(x, [2, 3, 2])),
  one('slice', [2, 5], (b, x) => b.slice(x, { axis: 1, start: 1, end: 4 })),
  one('pad', [2, 3], (b, x) => b.pad(x, { axis: 0, before: 1, after: 2 })),
  two(
    'concat',
    [
      [2, 1],
      [2, 3],
    ],
    (b, x, y) => b.concat([x, y, x], 1),
  ),
  one('gather', [4, 2], (b, x) => b.gather(x, ids(b, [1, 3, 1, 0, 1, 2], [2, 3]))),
  one('scatterAdd', [3, 2], (b, x) =>
    b.apply({ kind: 'scatterAdd', rows: 4 }, x, ids(b, [2, 0, 2], [3])),
  ),
  one('gatherLast', [2, 3], (b, x) => b.gatherLast(x, ids(b, [2, 0], [2]))),
  one('scatterLast', [2, 2], (b, x) =>
    b.apply({ kind: 'scatterLast', depth: 3 }, x, ids(b, [2, 0, 1, 1], [2, 2])),
  ),
  ...[false, true].flatMap((paired) =>
    [false, true].map((back) =>
      one(
        `rotate ${back ? 'back' : 'on'}, pairs ${paired ? 'adjoin' : 'half a head apart'}`,
        [2, 3, 2, 6],
        (b, x) => {
          const angles = Float32Array.from({ length: 18 }, (_, i) => i);
          const [cosine, sine] = [Math.cos, Math.sin].map((f) => b.constant(angles.map(f), [6, 3]));
          if (cosine === undefined || sine === undefined) return x;
          return b.apply({ kind: 'rotate', paired, back }, x, cosine, sine);
        },
      ),
    ),
  ),
  two('after', [[2, 3], [4]], (b, x, y) => b.apply({ kind: 'after' }, x, b.exp(y))),
  one('gelu by tanh', [2, 3], geluTanh),
  one('soft cap', [2, 3], (b, x) => softCap(b, x, 1.5)),
  two('rms norm', [[2, 4], [4]], (b, x, gain) => rmsNorm(b, x, { gain, epsilon: 1e-5 })),
  {
    name: 'layer norm',
    inputs: [[2, 4], [4], [4]],
    build: (b, [x, gain, bias]) =>
      x === undefined || gain === undefined || bias === undefined
        ? b.scalar(0)
        : layerNorm(b, x, { gain, bias, epsilon: 1e-5 }),
  },
  one('unit length', [2, 4], unitLength),
  one('stated slopes', [2, 3], (b, x) => {
    const cubes = b.reduceSum(b.mul(x, b.mul(x, x)), [0, 1]);
    return withSlopes(b, cubes, [{ of: x, slope: b.scale(b.mul(x, x), 3) }]);
  }),
  one('negative log-likelihood', [2, 4], (b, x) =>
    negativeLogLikelihood(b, x, ids(b, [3, 1], [2])),
  ),
];
