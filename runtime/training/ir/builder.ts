import { GraphError } from '@graft/graph';
import { infer } from './infer.ts';
import type { DType, Op, Value } from './op.ts';
import { Program } from './program.ts';
import {
  broadcastShapes,
  normalizeAxes,
  sameShape,
  shapeError,
  sizeOf,
  type Shape,
} from './shape.ts';

export interface TensorSpec {
  readonly shape: Shape;
  readonly dtype?: DType;
}

/** Builds a program op by op. Every method checks shapes at once and throws a GraphError that names the op. */
export class Builder {
  readonly #values: Value[] = [];
  readonly #declared = new Map<string, Value>();
  readonly #scopes: string[] = [];
  readonly #keptIds = new Set<number>();
  #currentSegment: string | undefined;

  /** A tensor fed at each run. Trainable tensors are inputs, so that an update needs no recompilation. */
  input(name: string, spec: TensorSpec): Value {
    return this.#declare({ kind: 'input', name }, spec);
  }

  /** A frozen tensor, whose bytes are bound at compilation. */
  weight(name: string, shape: Shape): Value {
    return this.#declare({ kind: 'weight', name }, { shape });
  }

  constant(data: Float32Array | Int32Array, shape: Shape): Value {
    if (data.length !== sizeOf(shape)) {
      throw shapeError('constant', [shape], `${data.length} numbers do not fill it`);
    }
    const dtype = data instanceof Float32Array ? 'f32' : 'i32';
    return this.#append({ kind: 'constant', data }, [], { dtype, shape });
  }

  scalar(value: number): Value {
    return this.constant(Float32Array.of(value), []);
  }

  /** Appends any op whose shape follows from its inputs. */
  apply(op: Op, ...inputs: readonly Value[]): Value {
    return this.#append(op, inputs, infer(op, inputs));
  }

  add(a: Value, b: Value): Value {
    return this.apply({ kind: 'add' }, a, b);
  }
  sub(a: Value, b: Value): Value {
    return this.apply({ kind: 'sub' }, a, b);
  }
  mul(a: Value, b: Value): Value {
    const first = unstretched(a, b);
    return this.apply({ kind: 'mul' }, first, first === a ? unstretched(b, a) : b);
  }
  div(a: Value, b: Value): Value {
    return this.apply({ kind: 'div' }, a, b);
  }
  scale(a: Value, factor: number): Value {
    if (factor === 1) return a;
    const [small] = a.inputs;
    if (a.op.kind === 'broadcast' && small)
      return this.broadcast(this.scale(small, factor), a.shape);
    return this.mul(a, this.scalar(factor));
  }
  neg(a: Value): Value {
    return this.apply({ kind: 'neg' }, a);
  }
  exp(a: Value): Value {
    return this.apply({ kind: 'exp' }, a);
  }
  log(a: Value): Value {
    return this.apply({ kind: 'log' }, a);
  }
  sqrt(a: Value): Value {
    return this.apply({ kind: 'sqrt' }, a);
  }
  rsqrt(a: Value): Value {
    return this.apply({ kind: 'rsqrt' }, a);
  }
  tanh(a: Value): Value {
    return this.apply({ kind: 'tanh' }, a);
  }
  sigmoid(a: Value): Value {
    return this.apply({ kind: 'sigmoid' }, a);
  }
  silu(a: Value): Value {
    return this.apply({ kind: 'silu' }, a);
  }
  erf(a: Value): Value {
    return this.apply({ kind: 'erf' }, a);
  }
  gelu(a: Value): Value {
    return this.apply({ kind: 'gelu' }, a);
  }
  floor(a: Value): Value {
    return this.apply({ kind: 'floor' }, a);
  }
  detach(a: Value): Value {
    return this.apply({ kind: 'detach' }, a);
  }
  equal(a: Value, b: Value): Value {
    return this.apply({ kind: 'equal' }, a, b);
  }
  greaterEqual(a: Value, b: Value): Value {
    return this.apply({ kind: 'greaterEqual' }, a, b);
  }
  where(condition: Value, then: Value, otherwise: Value): Value {
    return this.apply({ kind: 'where' }, condition, then, otherwise);
  }

  matmul(a: Value, b: Value, flags: { transposeA?: boolean; transposeB?: boolean } = {}): Value {
    const { transposeA = false, transposeB = false } = flags;
    return this.apply({ kind: 'matmul', transposeA, transposeB }, a, b);
  }

  /** Reduced axes stay as 1. */
  reduceSum(a: Value, axes: readonly number[]): Value {
    if (axes.length === 0) return a;
    return this.apply({ kind: 'reduceSum', axes: normalizeAxes('reduceSum', a.shape, axes) }, a);
  }
  reduceMax(a: Value, axes: readonly number[]): Value {
    if (axes.length === 0) return a;
    return this.apply({ kind: 'reduceMax', axes: normalizeAxes('reduceMax', a.shape, axes) }, a);
  }
  reduceMean(a: Value, axes: readonly number[]): Value {
    const count = normalizeAxes('reduceMean', a.shape, axes).reduce(
      (product, axis) => product * (a.shape[axis] ?? 1),
      1,
    );
    return this.scale(this.reduceSum(a, axes), 1 / count);
  }
  softmax(a: Value): Value {
    return this.apply({ kind: 'softmax' }, a);
  }
  logSoftmax(a: Value): Value {
    return this.apply({ kind: 'logSoftmax' }, a);
  }

  reshape(a: Value, shape: Shape): Value {
    if (sizeOf(shape) !== sizeOf(a.shape)) {
      throw shapeError('reshape', [a.shape, shape], 'the number of elements differs');
    }
    if (sameShape(a.shape, shape)) return a;
    return this.#append({ kind: 'reshape' }, [a], { dtype: a.dtype, shape });
  }
  broadcast(a: Value, shape: Shape): Value {
    if (sameShape(a.shape, shape)) return a;
    if (!sameShape(broadcastShapes('broadcast', a.shape, shape), shape)) {
      throw shapeError('broadcast', [a.shape, shape], 'the second does not extend the first');
    }
    return this.#append({ kind: 'broadcast' }, [a], { dtype: a.dtype, shape });
  }
  transpose(a: Value, permutation: readonly number[]): Value {
    if (permutation.every((axis, i) => axis === i) && permutation.length === a.shape.length)
      return a;
    return this.apply({ kind: 'transpose', permutation }, a);
  }
  slice(a: Value, range: { axis: number; start: number; end: number }): Value {
    const axis = normalizeAxes('slice', a.shape, [range.axis])[0] ?? 0;
    if (range.start === 0 && range.end === a.shape[axis]) return a;
    return this.apply({ kind: 'slice', axis, start: range.start, end: range.end }, a);
  }
  pad(a: Value, range: { axis: number; before: number; after: number }): Value {
    const axis = normalizeAxes('pad', a.shape, [range.axis])[0] ?? 0;
    if (range.before === 0 && range.after === 0) return a;
    return this.apply({ kind: 'pad', axis, before: range.before, after: range.after }, a);
  }
  concat(parts: readonly Value[], axis: number): Value {
    const first = parts[0];
    if (first === undefined) throw shapeError('concat', [], 'takes at least one tensor');
    if (parts.length === 1) return first;
    const positive = normalizeAxes('concat', first.shape, [axis])[0] ?? 0;
    return this.apply({ kind: 'concat', axis: positive }, ...parts);
  }
  gather(table: Value, ids: Value): Value {
    return this.apply({ kind: 'gather' }, table, ids);
  }
  gatherLast(a: Value, ids: Value): Value {
    return this.apply({ kind: 'gatherLast' }, a, ids);
  }

  /** Names of what `body` builds start with `name/`. */
  scope<T>(name: string, body: () => T): T {
    this.#scopes.push(name);
    try {
      return body();
    } finally {
      this.#scopes.pop();
    }
  }

  /**
   * Values that `body` builds are freed after the forward pass and recomputed for the derivative, from the segment's
   * inputs and what it keeps.
   */
  segment<T>(name: string, body: () => T): T {
    if (this.#currentSegment !== undefined) {
      throw new GraphError('internal', `segment ${name} inside ${this.#currentSegment}`, {
        audience: 'developer',
      });
    }
    this.#currentSegment = name;
    try {
      return this.scope(name, body);
    } finally {
      this.#currentSegment = undefined;
    }
  }

  /** Keeps a value in its segment: worth its memory, because it was expensive to compute. */
  keep(value: Value): Value {
    this.#keptIds.add(value.id);
    return value;
  }

  isKept(value: Value): boolean {
    return this.#keptIds.has(value.id);
  }

  /** The same op on other inputs, outside any segment: how checkpointing recomputes. */
  clone(value: Value, inputs: readonly Value[]): Value {
    return this.#append(value.op, inputs, { dtype: value.dtype, shape: value.shape });
  }

  /** The finished program: the named outputs and only what they need. */
  build(outputs: Readonly<Record<string, Value>>): Program {
    for (const [name, value] of Object.entries(outputs)) {
      if (this.#values[value.id] !== value) {
        throw new GraphError('internal', `output ${name} belongs to another builder`, {
          audience: 'developer',
        });
      }
    }
    return new Program(this.#values, outputs);
  }

  #declare(op: Op & { readonly name: string }, spec: TensorSpec): Value {
    const dtype = spec.dtype ?? 'f32';
    const known = this.#declared.get(op.name);
    if (known !== undefined) {
      if (known.op.kind === op.kind && known.dtype === dtype && sameShape(known.shape, spec.shape))
        return known;
      throw shapeError(
        op.kind,
        [known.shape, spec.shape],
        `"${op.name}" is declared twice, differently`,
      );
    }
    const segment = this.#currentSegment;
    this.#currentSegment = undefined; // declared tensors live as long as the program
    const value = this.#append(op, [], { dtype, shape: spec.shape, name: op.name });
    this.#currentSegment = segment;
    this.#declared.set(op.name, value);
    return value;
  }

  #append(
    op: Op,
    inputs: readonly Value[],
    result: { readonly dtype: DType; readonly shape: Shape; readonly name?: string },
  ): Value {
    if (result.shape.some((axis) => !Number.isInteger(axis) || axis <= 0)) {
      throw shapeError(op.kind, [result.shape], 'every axis is a positive whole number');
    }
    const id = this.#values.length;
    const value: Value = {
      id,
      name: result.name ?? [...this.#scopes, `${op.kind}_${id}`].join('/'),
      op,
      inputs,
      dtype: result.dtype,
      shape: result.shape,
      segment: this.#currentSegment,
    };
    this.#values.push(value);
    return value;
  }
}

/** A tensor before it was broadcast to the other operand's shape, if it was: the op broadcasts itself. */
function unstretched(a: Value, other: Value): Value {
  const [small] = a.inputs;
  return a.op.kind === 'broadcast' && small && sameShape(a.shape, other.shape) ? small : a;
}
