import { GraphError } from '@graft/graph';
import type { DType, Op, Value } from './op.ts';
import { broadcastShapes, sameShape, shapeError, sizeOf, type Shape } from './shape.ts';

export interface Inferred {
  readonly dtype: DType;
  readonly shape: Shape;
}

/** Shape and type of an op's result; throws a GraphError with op and shapes if it does not accept the inputs. */
export function infer(op: Op, inputs: readonly Value[]): Inferred {
  const shapes = inputs.map((input) => input.shape);
  const [a, b, c] = shapes;
  const need = (count: number): void => {
    if (inputs.length !== count) throw shapeError(op.kind, shapes, `takes ${count} tensors`);
  };
  const dtypes = (...expected: readonly DType[]): void => {
    need(expected.length);
    inputs.forEach((input, i) => {
      if (input.dtype !== expected[i]) {
        throw shapeError(op.kind, shapes, `tensor ${i} is ${input.dtype}, not ${expected[i]}`);
      }
    });
  };
  switch (op.kind) {
    case 'input':
    case 'weight':
    case 'constant':
    case 'reshape':
    case 'broadcast':
      throw new GraphError('internal', `${op.kind} states its own shape`, {
        audience: 'developer',
      });
    case 'neg':
    case 'exp':
    case 'log':
    case 'sqrt':
    case 'rsqrt':
    case 'tanh':
    case 'sigmoid':
    case 'silu':
    case 'erf':
    case 'gelu':
    case 'floor':
    case 'detach':
      dtypes('f32');
      return { dtype: 'f32', shape: a ?? [] };
    case 'add':
    case 'sub':
    case 'mul':
    case 'div':
      dtypes('f32', 'f32');
      return { dtype: 'f32', shape: broadcastShapes(op.kind, a ?? [], b ?? []) };
    case 'equal':
    case 'greaterEqual':
      need(2);
      if (inputs[0]?.dtype !== inputs[1]?.dtype) {
        throw shapeError(op.kind, shapes, 'the tensors are of different types');
      }
      return { dtype: 'i32', shape: broadcastShapes(op.kind, a ?? [], b ?? []) };
    case 'where':
      dtypes('i32', 'f32', 'f32');
      return {
        dtype: 'f32',
        shape: broadcastShapes(op.kind, a ?? [], broadcastShapes(op.kind, b ?? [], c ?? [])),
      };
    case 'matmul':
      dtypes('f32', 'f32');
      return { dtype: 'f32', shape: matmulShape(op, a ?? [], b ?? []) };
    case 'reduceSum':
    case 'reduceMax':
      dtypes('f32');
      return {
        dtype: 'f32',
        shape: (a ?? []).map((axis, i) => (op.axes.includes(i) ? 1 : axis)),
      };
    case 'softmax':
    case 'logSoftmax':
    case 'standardize':
    case 'inverseDeviation': {
      dtypes('f32');
      const shape = a ?? [];
      if (shape.length === 0) throw shapeError(op.kind, shapes, 'a scalar has no last axis');
      const kept = op.kind === 'inverseDeviation' ? [...shape.slice(0, -1), 1] : shape;
      return { dtype: 'f32', shape: kept };
    }
    case 'transpose': {
      need(1);
      const sorted = [...op.permutation].sort((x, y) => x - y);
      if (sorted.length !== (a ?? []).length || sorted.some((axis, i) => axis !== i)) {
        throw shapeError(op.kind, shapes, `[${op.permutation.join(', ')}] does not permute it`);
      }
      return {
        dtype: inputs[0]?.dtype ?? 'f32',
        shape: op.permutation.map((axis) => a?.[axis] ?? 0),
      };
    }
    case 'slice': {
      need(1);
      const size = axisOf(op, shapes, op.axis);
      if (op.start < 0 || op.end > size || op.start >= op.end) {
        throw shapeError(
          op.kind,
          shapes,
          `${op.start} to ${op.end} is not within axis ${op.axis} of ${size}`,
        );
      }
      return { dtype: inputs[0]?.dtype ?? 'f32', shape: withAxis(a, op.axis, op.end - op.start) };
    }
    case 'pad': {
      dtypes('f32');
      const size = axisOf(op, shapes, op.axis);
      if (op.before < 0 || op.after < 0) throw shapeError(op.kind, shapes, 'negative padding');
      return { dtype: 'f32', shape: withAxis(a, op.axis, size + op.before + op.after) };
    }
    case 'concat': {
      if (inputs.length === 0) throw shapeError(op.kind, shapes, 'takes at least one tensor');
      axisOf(op, shapes, op.axis);
      let total = 0;
      for (const [i, shape] of shapes.entries()) {
        total += shape[op.axis] ?? 0;
        if (
          inputs[i]?.dtype !== inputs[0]?.dtype ||
          !sameShape(withAxis(shape, op.axis, 1), withAxis(a, op.axis, 1))
        ) {
          throw shapeError(op.kind, shapes, `tensors differ outside axis ${op.axis}`);
        }
      }
      return { dtype: inputs[0]?.dtype ?? 'f32', shape: withAxis(a, op.axis, total) };
    }
    case 'gather':
      dtypes('f32', 'i32');
      if ((a ?? []).length === 0) throw shapeError(op.kind, shapes, 'the table is a scalar');
      return { dtype: 'f32', shape: [...(b ?? []), ...(a ?? []).slice(1)] };
    case 'scatterAdd': {
      dtypes('f32', 'i32');
      const ids = b ?? [];
      if (!sameShape((a ?? []).slice(0, ids.length), ids)) {
        throw shapeError(op.kind, shapes, 'the updates do not start with the axes of the ids');
      }
      return { dtype: 'f32', shape: [op.rows, ...(a ?? []).slice(ids.length)] };
    }
    case 'gatherLast':
      dtypes('f32', 'i32');
      if ((a ?? []).length === 0 || !sameShape((a ?? []).slice(0, -1), b ?? [])) {
        throw shapeError(op.kind, shapes, 'the ids are not shaped like all axes but the last');
      }
      return { dtype: 'f32', shape: b ?? [] };
    case 'scatterLast':
      dtypes('f32', 'i32');
      if (!sameShape(a ?? [], b ?? [])) {
        throw shapeError(op.kind, shapes, 'ids and values are shaped differently');
      }
      return { dtype: 'f32', shape: [...(a ?? []), op.depth] };
    case 'rotate': {
      dtypes('f32', 'f32', 'f32');
      const [batch, length, , head = 0] = a ?? [];
      if (a?.length !== 4 || head % 2 !== 0) {
        throw shapeError(op.kind, shapes, 'takes [batch, length, heads, head] with an even head');
      }
      for (const angles of [b, c]) {
        if (!sameShape(angles ?? [], [(batch ?? 0) * (length ?? 0), head / 2])) {
          throw shapeError(op.kind, shapes, 'the angles are not [batch · length, head/2]');
        }
      }
      return { dtype: 'f32', shape: a };
    }
    case 'after':
      dtypes('f32', 'f32');
      if (sizeOf(b ?? []) === 0) throw shapeError(op.kind, shapes, 'the dependency is empty');
      return { dtype: 'f32', shape: a ?? [] };
  }
}

function axisOf(op: Op, shapes: readonly Shape[], axis: number): number {
  const size = shapes[0]?.[axis];
  if (size === undefined) throw shapeError(op.kind, shapes, `there is no axis ${axis}`);
  return size;
}

function withAxis(shape: Shape | undefined, axis: number, size: number): Shape {
  return (shape ?? []).map((old, i) => (i === axis ? size : old));
}

function matmulShape(
  op: { readonly transposeA: boolean; readonly transposeB: boolean },
  a: Shape,
  b: Shape,
): Shape {
  const shapes = [a, b];
  if (a.length < 2 || b.length < 2) throw shapeError('matmul', shapes, 'takes matrices');
  const [rows, inner] = lastTwo(a, op.transposeA);
  const [innerB, columns] = lastTwo(b, op.transposeB);
  const flags = `transposeA ${op.transposeA}, transposeB ${op.transposeB}`;
  if (inner !== innerB) {
    throw shapeError('matmul', shapes, `inner axes ${inner} and ${innerB} differ (${flags})`);
  }
  const batch = a.slice(0, -2);
  if (b.length > 2 && !sameShape(batch, b.slice(0, -2))) {
    throw shapeError('matmul', shapes, 'batch axes differ');
  }
  if (b.length === 2 && a.length > 2 && op.transposeA) {
    throw shapeError('matmul', shapes, 'a batched transposed operand needs a batched partner');
  }
  return [...batch, rows, columns];
}

function lastTwo(shape: Shape, transposed: boolean): [number, number] {
  const outer = shape[shape.length - 2] ?? 0;
  const inner = shape[shape.length - 1] ?? 0;
  return transposed ? [inner, outer] : [outer, inner];
}
