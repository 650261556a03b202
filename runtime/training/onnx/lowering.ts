import { GraphError } from '@graft/graph';
import type { Op, Value } from '../ir/op.ts';
import { sizeOf, type Shape } from '../ir/shape.ts';
import type { Program } from '../ir/program.ts';
import { batchedProduct, scaledProducts, type Product } from './batched-product.ts';
import { Constants } from './constants.ts';
import type { Emitter, Provider } from './emitter.ts';
import { LayerNorms } from './layer-norms.ts';
import { bytesOf, OnnxModel, type Attribute, type ElementType, type Node } from './model.ts';

const unaryTypes = {
  neg: 'Neg',
  exp: 'Exp',
  log: 'Log',
  sqrt: 'Sqrt',
  tanh: 'Tanh',
  sigmoid: 'Sigmoid',
  erf: 'Erf',
  gelu: 'Gelu',
  floor: 'Floor',
} as const;
const binaryTypes = { add: 'Add', sub: 'Sub', mul: 'Mul', div: 'Div' } as const;
const compareTypes = { equal: 'Equal', greaterEqual: 'GreaterOrEqual' } as const;

/** Readers within this many ops share a widened tensor: those of the head's loss. */
const nearby = 256;

/** Emits a stored tensor as f32: the given rows, or all. Returns the name of the result. */
type Widening = (ids: string | undefined, shape: Shape) => string;

interface Stored {
  readonly widening: Widening;
  /** Stored with columns as rows: for a matrix that is only a right factor of products. */
  readonly transposed: boolean;
}

/** Emits the ops of a program as ONNX nodes. The caller binds frozen weights: see `frozen-weight.ts`. */
export class Lowering implements Emitter {
  readonly device: Provider;
  readonly model = new OnnxModel();
  readonly constants = new Constants(this.model);
  /** Frozen tensors stored in another encoding. */
  readonly #stored = new Map<Value, Stored>();
  /** Where each was last widened, and for which value. */
  readonly #widened = new Map<Value, { readonly name: string; readonly reader: number }>();
  /** Zeros that exist once a value does, to order later nodes after it. */
  readonly #zeros = new Map<Value, string>();
  #reader = 0;
  /** Comparisons give booleans; i32 only for readers that need numbers. */
  readonly #converted = new Set<string>();
  #temporaries = 0;

  readonly #folded: ReturnType<typeof scaledProducts>;
  readonly #norms: LayerNorms;

  constructor(program: Program, device: Provider) {
    this.device = device;
    this.#folded = scaledProducts(program);
    this.#norms = new LayerNorms(this, program);
  }

  value(value: Value): void {
    if (this.#folded.products.has(value) || this.#norms.lowers(value)) return;
    const { op } = value;
    this.#reader = value.id;
    const [x, y, z] = value.inputs;
    switch (op.kind) {
      case 'input':
        this.model.input({ name: value.name, type: elementType(value), shape: value.shape });
        return;
      case 'weight':
        throw new GraphError('internal', `${value.name} is bound, not computed`, {
          audience: 'developer',
        });
      case 'constant':
        this.model.initializer(
          { name: value.name, type: elementType(value), shape: value.shape },
          bytesOf(op.data),
        );
        return;
      case 'rsqrt':
        this.#emit(value, 'Reciprocal', [this.node('Sqrt', [this.name(x)])]);
        return;
      case 'neg':
      case 'exp':
      case 'log':
      case 'sqrt':
      case 'tanh':
      case 'sigmoid':
      case 'erf':
      case 'gelu':
      case 'floor':
        this.#emit(value, unaryTypes[op.kind], [this.name(x)]);
        return;
      case 'silu':
        this.#emit(value, 'Mul', [this.name(x), this.node('Sigmoid', [this.name(x)])]);
        return;
      case 'add':
      case 'sub':
      case 'mul':
      case 'div': {
        const scaled = this.#folded.scaled.get(value);
        if (scaled !== undefined) {
          this.#product(value, scaled);
          return;
        }
        this.#emit(value, binaryTypes[op.kind], [this.name(x), this.name(y)]);
        return;
      }
      case 'equal':
      case 'greaterEqual':
        this.model.add({
          type: compareTypes[op.kind],
          inputs: [this.name(x), this.name(y)],
          output: `${value.name}:bool`,
        });
        return;
      case 'where':
        this.#emit(value, 'Where', [this.#condition(x), this.name(y), this.name(z)]);
        return;
      case 'matmul':
        this.#product(value, { op, inputs: value.inputs });
        return;
      case 'reduceSum':
      case 'reduceMax':
        this.#emitWith(value, {
          type: op.kind === 'reduceSum' ? 'ReduceSum' : 'ReduceMax',
          inputs: [this.name(x), this.constants.integers(op.axes)],
          attributes: { keepdims: 1 },
        });
        return;
      case 'standardize':
        this.#emit(value, 'Identity', [this.#norms.standard(x, op.epsilon).output]);
        return;
      case 'inverseDeviation':
        this.#emit(value, 'Identity', [this.#norms.standard(x, op.epsilon).inverse]);
        return;
      case 'softmax':
        this.#emitWith(value, {
          type: 'Softmax',
          inputs: [this.name(x)],
          attributes: { axis: -1 },
        });
        return;
      case 'logSoftmax':
        this.#emitWith(value, {
          type: 'LogSoftmax',
          inputs: [this.name(x)],
          attributes: { axis: -1 },
        });
        return;
      case 'reshape':
        this.#emit(value, 'Reshape', [this.name(x), this.constants.integers(value.shape)]);
        return;
      case 'transpose':
        this.#emitWith(value, {
          type: 'Transpose',
          inputs: [this.name(x)],
          attributes: { perm: op.permutation },
        });
        return;
      case 'broadcast':
        this.#emit(value, 'Expand', [this.name(x), this.constants.integers(value.shape)]);
        return;
      case 'slice':
        this.#emit(value, 'Slice', [
          this.name(x),
          this.constants.integers([op.start]),
          this.constants.integers([op.end]),
          this.constants.integers([op.axis]),
        ]);
        return;
      case 'pad': {
        const around = (size: number): number[] =>
          value.shape.map((_, axis) => (axis === op.axis ? size : 0));
        this.#emit(value, 'Pad', [
          this.name(x),
          this.constants.integers([...around(op.before), ...around(op.after)]),
        ]);
        return;
      }
      case 'concat':
        this.#emitWith(value, {
          type: 'Concat',
          inputs: value.inputs.map((input) => this.name(input)),
          attributes: { axis: op.axis },
        });
        return;
      case 'gather': {
        const stored = x && this.#stored.get(x);
        if (stored !== undefined) {
          this.#emit(value, 'Identity', [stored.widening(this.name(y), value.shape)]);
          return;
        }
        this.#emitWith(value, {
          type: 'Gather',
          inputs: [this.name(x), this.name(y)],
          attributes: { axis: 0 },
        });
        return;
      }
      case 'scatterAdd': {
        const zeros = this.node('Expand', [
          this.constants.float(0),
          this.constants.integers(value.shape),
        ]);
        const ids = this.node('Cast', [this.#column(y)], { to: 7 });
        this.#emitWith(value, {
          type: 'ScatterND',
          inputs: [zeros, ids, this.name(x)],
          attributes: { reduction: 'add' },
        });
        return;
      }
      case 'gatherLast': {
        const picked = this.node('GatherElements', [this.name(x), this.#column(y)], { axis: -1 });
        this.#emit(value, 'Reshape', [picked, this.constants.integers(value.shape)]);
        return;
      }
      case 'scatterLast': {
        const all = this.constants.range(op.depth);
        const chosen = this.node('Equal', [this.#column(y), all]);
        this.#emit(value, 'Where', [chosen, this.#column(x), this.constants.float(0)]);
        return;
      }
      case 'rotate':
        this.#rotate(value, op);
        return;
      case 'detach':
        this.#emit(value, 'Identity', [this.name(x)]);
        return;
      case 'after':
        this.#after(value);
        return;
    }
  }

  /** Emits a program output under its name, as f32. */
  output(name: string, value: Value): string {
    const result = `${name}:output`;
    if (value.dtype === 'i32') {
      this.model.add({
        type: 'Cast',
        inputs: [this.name(value)],
        output: result,
        attributes: { to: 1 },
      });
    } else {
      this.model.add({ type: 'Identity', inputs: [this.name(value)], output: result });
    }
    this.model.output({ name: result, type: 'float', shape: value.shape });
    return result;
  }

  /** Registers how a frozen tensor becomes f32. Does so for each reader instead of keeping the result. */
  widen(value: Value, widening: Widening, { transposed = false } = {}): void {
    this.#stored.set(value, { widening, transposed });
  }

  node(
    type: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, Attribute>> = {},
  ): string {
    const output = `t${this.#temporaries++}`;
    this.model.add({ type, inputs, output, attributes });
    return output;
  }

  reshaped(tensor: string, shape: Shape): string {
    return this.node('Reshape', [tensor, this.constants.integers(shape)]);
  }

  #emit(value: Value, type: string, inputs: readonly string[]): void {
    this.model.add({ type, inputs, output: value.name });
  }

  #emitWith(value: Value, node: Omit<Node, 'output'>): void {
    this.model.add({ ...node, output: value.name });
  }

  name(value: Value | undefined): string {
    if (value === undefined) {
      throw new GraphError('internal', 'an op lacks a tensor', { audience: 'developer' });
    }
    const stored = this.#stored.get(value);
    if (stored !== undefined) return this.#wide(value, stored);
    const { kind } = value.op;
    if ((kind === 'equal' || kind === 'greaterEqual') && !this.#converted.has(value.name)) {
      this.#converted.add(value.name);
      this.model.add({
        type: 'Cast',
        inputs: [`${value.name}:bool`],
        output: value.name,
        attributes: { to: 6 },
      });
    }
    return value.name;
  }

  #wide(value: Value, { widening, transposed }: Stored): string {
    const last = this.#widened.get(value);
    if (last !== undefined && Math.abs(this.#reader - last.reader) < nearby) return last.name;
    const name = widening(undefined, transposed ? value.shape.toReversed() : value.shape);
    this.#widened.set(value, { name, reader: this.#reader });
    return name;
  }

  #condition(value: Value | undefined): string {
    const kind = value?.op.kind;
    if (value !== undefined && (kind === 'equal' || kind === 'greaterEqual')) {
      return `${value.name}:bool`;
    }
    return this.node('Cast', [this.name(value)], { to: 9 });
  }

  /** The tensor with a trailing axis of 1. */
  #column(value: Value | undefined): string {
    return this.reshaped(this.name(value), [...(value?.shape ?? []), 1]);
  }

  #product(value: Value, { op, inputs, factor = 1 }: Product): void {
    const [a, b] = inputs;
    const [left, right] = [a?.shape ?? [], b?.shape ?? []];
    if (right.length > 2) {
      this.#emitWith(value, batchedProduct(this, value.shape, { op, inputs }));
      return;
    }
    const turned = b !== undefined && this.#stored.get(b)?.transposed === true;
    const attributes = {
      transA: op.transposeA ? 1 : 0,
      transB: op.transposeB !== turned ? 1 : 0,
      ...(factor !== 1 && { alpha: { float: factor } }),
    };
    // Gemm takes the transpose flags directly and packs a frozen matrix once.
    if (left.length === 2) {
      this.#emitWith(value, { type: 'Gemm', inputs: [this.name(a), this.name(b)], attributes });
      return;
    }
    const inner = left[left.length - 1] ?? 1;
    const rows = this.reshaped(this.name(a), [sizeOf(left) / inner, inner]);
    const gemm = this.node('Gemm', [rows, this.name(b)], attributes);
    this.#emit(value, 'Reshape', [gemm, this.constants.integers(value.shape)]);
  }

  /** onnxruntime's operator takes tables of angles by position: here, the positions of all rows. */
  #rotate(value: Value, op: Extract<Op, { kind: 'rotate' }>): void {
    const [x, cosine, sine] = value.inputs;
    const [batch = 1, length = 1, heads = 1, head = 1] = value.shape;
    const rotated = `${value.name}:rows`;
    this.model.add({
      type: 'RotaryEmbedding',
      contributed: true,
      inputs: [
        this.reshaped(this.name(x), [batch, length, heads * head]),
        this.constants.places(batch, length),
        this.name(cosine),
        op.back ? this.node('Neg', [this.name(sine)]) : this.name(sine),
      ],
      output: rotated,
      attributes: { interleaved: op.paired ? 1 : 0 },
    });
    this.#emit(value, 'Reshape', [rotated, this.constants.integers(value.shape)]);
  }

  /** ONNX has no control edges: adds min(|d|, 0), which is 0 for any number d of the dependency. */
  #after(value: Value): void {
    const [x, dependency] = value.inputs;
    // An axis of 1 broadcasts to any shape except a scalar's.
    const zero = this.#zeroAfter(dependency);
    const scalar = value.shape.length === 0;
    this.#emit(value, 'Add', [this.name(x), scalar ? this.reshaped(zero, []) : zero]);
  }

  /** [1]. */
  #zeroAfter(dependency: Value | undefined): string {
    const known = dependency && this.#zeros.get(dependency);
    if (known !== undefined) return known;
    const flat = this.reshaped(this.name(dependency), [-1]);
    const first = this.node('Slice', [flat, ...[0, 1, 0].map((n) => this.constants.integers([n]))]);
    const zero = this.node('Min', [this.node('Abs', [first]), this.constants.float(0)]);
    if (dependency !== undefined) this.#zeros.set(dependency, zero);
    return zero;
  }
}

function elementType(value: Value): ElementType {
  return value.dtype === 'f32' ? 'float' : 'int32';
}
