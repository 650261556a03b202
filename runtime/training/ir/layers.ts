import type { Builder } from './builder.ts';
import type { Value } from './op.ts';
import { normalizeAxes } from './shape.ts';

/** The tanh approximation that Gemma was trained with. */
export function geluTanh(b: Builder, x: Value): Value {
  const cubic = b.mul(b.mul(x, x), b.scale(x, 0.044715));
  const inner = b.scale(b.add(x, cubic), Math.sqrt(2 / Math.PI));
  return b.mul(b.scale(x, 0.5), b.add(b.tanh(inner), b.scalar(1)));
}

/** cap · tanh(x / cap): Gemma 2's soft cap. */
export function softCap(b: Builder, x: Value, cap: number): Value {
  return b.scale(b.tanh(b.scale(x, 1 / cap)), cap);
}

/** Over the last axis; multiplies by `gain`, already offset if the family stores gain − 1. */
export function rmsNorm(b: Builder, x: Value, norm: { gain: Value; epsilon: number }): Value {
  const last = normalizeAxes('rmsNorm', x.shape, [-1]);
  const meanSquare = b.reduceMean(b.mul(x, x), last);
  const normal = b.mul(x, b.rsqrt(b.add(meanSquare, b.scalar(norm.epsilon))));
  return b.mul(normal, norm.gain);
}

/** Over the last axis (Ba et al. 2016, "Layer Normalization"). */
export function layerNorm(
  b: Builder,
  x: Value,
  norm: { gain: Value; bias: Value; epsilon: number },
): Value {
  const standard = b.apply({ kind: 'standardize', epsilon: norm.epsilon }, x);
  return b.add(b.mul(standard, norm.gain), norm.bias);
}

/** Over the last axis; zeros stay zeros. */
export function unitLength(b: Builder, x: Value): Value {
  const square = b.reduceSum(b.mul(x, x), [-1]);
  const least = b.scalar(1e-24);
  return b.mul(x, b.rsqrt(b.where(b.greaterEqual(square, least), square, least)));
}

/**
 * Negative log-likelihood of each label: logits [..., vocabulary], labels [...] i32, all within the
 * vocabulary (mask by weighting the result, not by a label of −100).
 */
export function negativeLogLikelihood(b: Builder, logits: Value, labels: Value): Value {
  return b.neg(b.gatherLast(b.logSoftmax(logits), labels));
}

/** A scalar with stated derivatives by some tensors; it passes no other gradient. */
export function withSlopes(
  b: Builder,
  y: Value,
  stated: readonly { readonly of: Value; readonly slope: Value }[],
): Value {
  return stated.reduce((sum, { of, slope }) => {
    const axes = of.shape.map((_, axis) => axis);
    const linear = b.reshape(b.reduceSum(b.mul(of, b.detach(slope)), axes), y.shape);
    return b.add(sum, b.sub(linear, b.detach(linear)));
  }, b.detach(y));
}
