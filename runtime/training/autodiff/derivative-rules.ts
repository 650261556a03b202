import { GraphError } from '@graft/graph';
import type { Builder } from '../ir/builder.ts';
import type { Op, Value } from '../ir/op.ts';
import { sameShape, sizeOf, type Shape } from '../ir/shape.ts';

/**
 * One application of an op, for its derivative: `inputs` and `output` are recomputed copies inside a checkpointed
 * segment; `wanted(i)` says whether input i leads to a requested gradient.
 */
export interface Application {
  readonly op: Op;
  readonly inputs: readonly Value[];
  /** Built only on demand: an unused recomputed output costs nothing. */
  output(): Value;
  readonly outputShape: Shape;
  wanted(index: number): boolean;
}

/** Gradients of the inputs, given the gradient of the output; undefined if not wanted or always zero. */
export type InputGradients = readonly (Value | undefined)[];

/** Sums a gradient over the axes along which an operand was broadcast. */
function unbroadcast(b: Builder, gradient: Value, shape: Shape): Value {
  if (sameShape(gradient.shape, shape)) return gradient;
  const lead = gradient.shape.length - shape.length;
  const axes = gradient.shape.flatMap((axis, i) =>
    i < lead || (shape[i - lead] === 1 && axis !== 1) ? [i] : [],
  );
  return b.reshape(b.reduceSum(gradient, axes), shape);
}

/** The rule of each op. Conditions, ids and comparisons have no derivative. */
export function inputGradients(b: Builder, call: Application, g: Value): InputGradients {
  const [x, y, z] = call.inputs;
  const { op } = call;
  if (x === undefined) return [];
  const each = (...rules: readonly (() => Value)[]): InputGradients =>
    rules.map((rule, i) => (call.wanted(i) ? rule() : undefined));
  const one = (): Value => b.scalar(1);
  switch (op.kind) {
    case 'input':
    case 'weight':
    case 'constant':
      return [];
    case 'equal':
    case 'greaterEqual':
      return [undefined, undefined];
    case 'floor':
    case 'detach':
      return [undefined];
    case 'neg':
      return each(() => b.neg(g));
    case 'exp':
      return each(() => b.mul(g, call.output()));
    case 'log':
      return each(() => b.div(g, x));
    case 'sqrt':
      return each(() => b.div(b.scale(g, 0.5), call.output()));
    case 'rsqrt': {
      // d x^(-1/2) = -1/2 · r³
      return each(() => {
        const r = call.output();
        return b.mul(b.scale(g, -0.5), b.mul(b.mul(r, r), r));
      });
    }
    case 'tanh':
      return each(() => b.mul(g, b.sub(one(), b.mul(call.output(), call.output()))));
    case 'sigmoid':
      return each(() => {
        const s = call.output();
        return b.mul(g, b.mul(s, b.sub(one(), s)));
      });
    case 'silu':
      // s + x·s·(1 − s), whose x·s the output is
      return each(() => {
        const s = b.sigmoid(x);
        return b.mul(g, b.add(s, b.mul(call.output(), b.sub(one(), s))));
      });
    case 'erf':
      return each(() => b.mul(b.scale(g, 2 / Math.sqrt(Math.PI)), b.exp(b.neg(b.mul(x, x)))));
    case 'gelu':
      // Φ(x) + x·φ(x), with u = x/√2
      return each(() => {
        const u = b.scale(x, Math.SQRT1_2);
        const twice = b.add(b.erf(u), one());
        const bell = b.scale(b.mul(u, b.exp(b.neg(b.mul(u, u)))), 2 / Math.sqrt(Math.PI));
        return b.mul(b.scale(g, 0.5), b.add(twice, bell));
      });
    case 'add':
      return each(
        () => unbroadcast(b, g, x.shape),
        () => unbroadcast(b, g, second(call).shape),
      );
    case 'sub':
      return each(
        () => unbroadcast(b, g, x.shape),
        () => unbroadcast(b, b.neg(g), second(call).shape),
      );
    case 'mul':
      if (x === y) return [call.wanted(0) ? b.mul(b.scale(g, 2), x) : undefined, undefined];
      return each(
        () => unbroadcast(b, b.mul(g, second(call)), x.shape),
        () => unbroadcast(b, b.mul(g, x), second(call).shape),
      );
    case 'div':
      return each(
        () => unbroadcast(b, b.div(g, second(call)), x.shape),
        () =>
          unbroadcast(b, b.neg(b.div(b.mul(g, call.output()), second(call))), second(call).shape),
      );
    case 'where': {
      if (y === undefined || z === undefined) return [];
      return [
        undefined,
        call.wanted(1) ? unbroadcast(b, b.where(x, g, b.scalar(0)), y.shape) : undefined,
        call.wanted(2) ? unbroadcast(b, b.where(x, b.scalar(0), g), z.shape) : undefined,
      ];
    }
    case 'matmul':
      return matmulGradients(b, { ...op, a: x, b: second(call) }, { g, call });
    case 'reduceSum':
      return each(() => b.broadcast(g, x.shape));
    case 'reduceMax':
      // Each maximum of a tie receives the whole gradient, as in a subgradient.
      return each(() => b.where(b.equal(x, call.output()), g, b.scalar(0)));
    case 'standardize':
      // r·(g − mean g − y·mean(g·y)), r being the inverse deviation and y the output
      return each(() => {
        const y = call.output();
        const r = b.apply({ kind: 'inverseDeviation', epsilon: op.epsilon }, x);
        const along = b.mul(y, b.reduceMean(b.mul(g, y), [-1]));
        return b.mul(b.sub(b.sub(g, along), b.reduceMean(g, [-1])), r);
      });
    case 'inverseDeviation':
      // −r²·y/n, y being x standardized
      return each(() => {
        const r = call.output();
        const y = b.apply({ kind: 'standardize', epsilon: op.epsilon }, x);
        const width = x.shape.at(-1) ?? 1;
        return b.mul(b.mul(b.scale(g, -1 / width), b.mul(r, r)), y);
      });
    case 'softmax':
      return each(() => {
        const s = call.output();
        const weighted = b.mul(g, s);
        return b.sub(weighted, b.mul(s, b.reduceSum(weighted, [-1])));
      });
    case 'logSoftmax':
      return each(() => b.sub(g, b.mul(b.exp(call.output()), b.reduceSum(g, [-1]))));
    case 'reshape':
      return each(() => b.reshape(g, x.shape));
    case 'broadcast':
      return each(() => unbroadcast(b, g, x.shape));
    case 'transpose':
      return each(() => b.transpose(g, inverse(op.permutation)));
    case 'slice': {
      const after = (x.shape[op.axis] ?? 0) - op.end;
      return each(() => b.pad(g, { axis: op.axis, before: op.start, after }));
    }
    case 'pad': {
      const end = (call.outputShape[op.axis] ?? 0) - op.after;
      return each(() => b.slice(g, { axis: op.axis, start: op.before, end }));
    }
    case 'concat': {
      let start = 0;
      return call.inputs.map((part, i) => {
        const end = start + (part.shape[op.axis] ?? 0);
        const range = { axis: op.axis, start, end };
        start = end;
        return call.wanted(i) ? b.slice(g, range) : undefined;
      });
    }
    case 'gather':
      return [
        call.wanted(0)
          ? b.apply({ kind: 'scatterAdd', rows: x.shape[0] ?? 0 }, g, second(call))
          : undefined,
        undefined,
      ];
    case 'scatterAdd':
      return [call.wanted(0) ? b.gather(g, second(call)) : undefined, undefined];
    case 'gatherLast': {
      const depth = x.shape[x.shape.length - 1] ?? 0;
      return [
        call.wanted(0) ? b.apply({ kind: 'scatterLast', depth }, g, second(call)) : undefined,
        undefined,
      ];
    }
    case 'scatterLast':
      return [call.wanted(0) ? b.gatherLast(g, second(call)) : undefined, undefined];
    case 'rotate': {
      const angles = call.inputs.slice(1);
      const turned = call.wanted(0) ? b.apply({ ...op, back: !op.back }, g, ...angles) : undefined;
      return [turned, undefined, undefined];
    }
    case 'after':
      return [g, undefined];
  }
}

function second(call: Application): Value {
  const value = call.inputs[1];
  if (value === undefined) {
    throw new GraphError('internal', `${call.op.kind} lacks its second tensor`, {
      audience: 'developer',
    });
  }
  return value;
}

function inverse(permutation: readonly number[]): number[] {
  const result = new Array<number>(permutation.length).fill(0);
  permutation.forEach((from, to) => (result[from] = to));
  return result;
}

interface Product {
  readonly a: Value;
  readonly b: Value;
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

/** C = op(A)·op(B): each gradient is again one product, with flags that avoid transposing. */
function matmulGradients(
  b: Builder,
  { a, b: right, transposeA, transposeB }: Product,
  { g, call }: { g: Value; call: Application },
): InputGradients {
  const gradientA = (): Value =>
    transposeA
      ? b.matmul(right, g, { transposeA: transposeB, transposeB: true })
      : b.matmul(g, right, { transposeB: !transposeB });
  const gradientB = (): Value => {
    if (right.shape.length === 2 && a.shape.length > 2) {
      // A shared matrix: the batch axes count as rows.
      const rows = (value: Value): Value => {
        const columns = value.shape[value.shape.length - 1] ?? 1;
        return b.reshape(value, [sizeOf(value.shape) / columns, columns]);
      };
      return transposeB
        ? b.matmul(rows(g), rows(a), { transposeA: true })
        : b.matmul(rows(a), rows(g), { transposeA: true });
    }
    return transposeB
      ? b.matmul(g, a, { transposeA: true, transposeB: transposeA })
      : b.matmul(a, g, { transposeA: !transposeA });
  };
  return [call.wanted(0) ? gradientA() : undefined, call.wanted(1) ? gradientB() : undefined];
}
