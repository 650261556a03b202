import { GraphError } from '@graft/graph';

/** Sizes of a tensor's axes, outermost first. A scalar has none. Always static: one program for each length bucket. */
export type Shape = readonly number[];

/** `[2, 3]`, for messages. */
export function showShape(shape: Shape): string {
  return `[${shape.join(', ')}]`;
}

export function sizeOf(shape: Shape): number {
  return shape.reduce((total, axis) => total * axis, 1);
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((axis, i) => axis === b[i]);
}

/** A shape that an op does not accept: a bug in the program, located by op and shapes. */
export function shapeError(op: string, shapes: readonly Shape[], reason: string): GraphError {
  return new GraphError('internal', `${op}(${shapes.map(showShape).join(', ')}): ${reason}`, {
    audience: 'developer',
  });
}

/** NumPy's rule: axes are aligned at the end, and a 1 broadcasts. */
export function broadcastShapes(op: string, a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length);
  const result: number[] = [];
  for (let i = 0; i < rank; i++) {
    const left = a[a.length - rank + i] ?? 1;
    const right = b[b.length - rank + i] ?? 1;
    if (left !== right && left !== 1 && right !== 1) {
      throw shapeError(op, [a, b], `axes of ${left} and ${right} do not broadcast`);
    }
    result.push(left === 1 ? right : left);
  }
  return result;
}

/** Converts axes to positive, sorted and unique ones. */
export function normalizeAxes(op: string, shape: Shape, axes: readonly number[]): number[] {
  const positive = axes.map((axis) => (axis < 0 ? axis + shape.length : axis));
  for (const axis of positive) {
    if (!Number.isInteger(axis) || axis < 0 || axis >= shape.length) {
      throw shapeError(op, [shape], `there is no axis ${axis}`);
    }
  }
  if (new Set(positive).size !== positive.length) {
    throw shapeError(op, [shape], `axes ${showShape(axes)} repeat`);
  }
  return positive.sort((a, b) => a - b);
}

/** Elements to skip for one step along each axis, row-major. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length).fill(1);
  for (let i = shape.length - 2; i >= 0; i--) {
    strides[i] = (strides[i + 1] ?? 1) * (shape[i + 1] ?? 1);
  }
  return strides;
}
