import type { Shape } from './shape.ts';

/** `i32` holds ids, labels and conditions (0 or 1); everything else is `f32`. */
export type DType = 'f32' | 'i32';

export type UnaryKind =
  | 'neg'
  | 'exp'
  | 'log'
  | 'sqrt'
  | 'rsqrt'
  | 'tanh'
  | 'sigmoid'
  /** x · sigmoid(x). */
  | 'silu'
  | 'erf'
  /** x · Φ(x), exact. */
  | 'gelu'
  /** Towards −∞; the derivative counts as zero. */
  | 'floor';
export type BinaryKind = 'add' | 'sub' | 'mul' | 'div';
export type CompareKind = 'equal' | 'greaterEqual';
export type ReduceKind = 'reduceSum' | 'reduceMax';

/**
 * The primitive ops. An executor implements exactly these; everything else (RMSNorm, attention, cross-entropy) is built
 * from them, so that each derivative is written once.
 */
export type Op =
  /** Fed at each run. */
  | { readonly kind: 'input'; readonly name: string }
  /** Frozen: bound at compilation, differentiated only on request. */
  | { readonly kind: 'weight'; readonly name: string }
  | { readonly kind: 'constant'; readonly data: Float32Array | Int32Array }
  | { readonly kind: UnaryKind }
  | { readonly kind: BinaryKind }
  /** i32 result, 0 or 1. */
  | { readonly kind: CompareKind }
  /** (condition i32, then, otherwise), broadcast together. */
  | { readonly kind: 'where' }
  /**
   * [...batch, m, k] × [...batch, k, n]; the flags say that an operand is stored with its last two axes swapped. `b`
   * may have rank 2 for any rank of `a`; else the batch axes are equal.
   */
  | { readonly kind: 'matmul'; readonly transposeA: boolean; readonly transposeB: boolean }
  /** Axes sorted, kept as 1. */
  | { readonly kind: ReduceKind; readonly axes: readonly number[] }
  /** Over the last axis: minus the mean, times `inverseDeviation`. */
  | { readonly kind: 'standardize'; readonly epsilon: number }
  /** Over the last axis, kept as 1: 1 / √(variance + epsilon). */
  | { readonly kind: 'inverseDeviation'; readonly epsilon: number }
  /** Over the last axis. */
  | { readonly kind: 'softmax' }
  | { readonly kind: 'logSoftmax' }
  | { readonly kind: 'reshape' }
  | { readonly kind: 'transpose'; readonly permutation: readonly number[] }
  | { readonly kind: 'broadcast' }
  | { readonly kind: 'slice'; readonly axis: number; readonly start: number; readonly end: number }
  /** Zeros around one axis: the derivative of slice. */
  | {
      readonly kind: 'pad';
      readonly axis: number;
      readonly before: number;
      readonly after: number;
    }
  | { readonly kind: 'concat'; readonly axis: number }
  /** (table [rows, ...rest], ids [...]) → [...ids, ...rest]. */
  | { readonly kind: 'gather' }
  /** (updates [...ids, ...rest], ids) → [rows, ...rest], summed: the derivative of gather. */
  | { readonly kind: 'scatterAdd'; readonly rows: number }
  /** (x [..., n], ids [...]) → [...]: x at ids along the last axis. */
  | { readonly kind: 'gatherLast' }
  /** (g [...], ids [...]) → [..., depth], zero elsewhere: the derivative of gatherLast. */
  | { readonly kind: 'scatterLast'; readonly depth: number }
  /**
   * (x [batch, length, heads, head], cosine and sine [batch · length, head/2]) → x with pairs of a head's numbers
   * rotated: (x cos − y sin, x sin + y cos), or back by the same angle. A pair is 2i and 2i + 1 if `paired`, else i and
   * i + head/2. No gradient passes to the angles.
   */
  | { readonly kind: 'rotate'; readonly paired: boolean; readonly back: boolean }
  /** The same tensor, without passing a gradient. */
  | { readonly kind: 'detach' }
  /**
   * (x, dependency) → x, but not before the dependency exists. Delays recomputation to where checkpointing needs it,
   * and keeps executors from folding the copy into the original.
   */
  | { readonly kind: 'after' };

export type OpKind = Op['kind'];

/** A tensor of a program: the result of an op. */
export interface Value {
  /** Position in its program: inputs of an op always have smaller ids. */
  readonly id: number;
  /** Unique and stable: the same build gives the same names. */
  readonly name: string;
  readonly op: Op;
  readonly inputs: readonly Value[];
  readonly dtype: DType;
  readonly shape: Shape;
  /** The checkpointed segment that made it, if any. */
  readonly segment: string | undefined;
}
