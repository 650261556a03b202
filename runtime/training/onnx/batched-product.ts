import { sizeOf, type Shape } from '../ir/shape.ts';
import type { Emitter } from './emitter.ts';
import type { Node } from './model.ts';
import type { Op, Value } from '../ir/op.ts';
import type { Program } from '../ir/program.ts';

interface Factor {
  readonly name: string;
  /** Of rank 3 or more; equal except for the last two axes. */
  readonly shape: Shape;
  /** The product swaps its last two axes. */
  readonly turned: boolean;
}

type Last = Pick<Node, 'type' | 'inputs'>;

/** Emits batched matrix products, except for the last node, which gives the result. */
export function batchedProduct(emitter: Emitter, result: Shape, product: Product): Last {
  const [a, b] = product.inputs;
  const left = { name: emitter.name(a), shape: a?.shape ?? [], turned: product.op.transposeA };
  const right = { name: emitter.name(b), shape: b?.shape ?? [], turned: product.op.transposeB };
  const count = sizeOf(right.shape.slice(0, -2));
  const [rows = 1] = left.shape.slice(-2);
  const isOdd = count > 1 && count % 2 === 1;
  const areHalvesEqual = rows % 2 === 0 && !(left.turned && right.turned);
  if (emitter.device === 'cpu' && isOdd && areHalvesEqual) {
    return inHalves(emitter, { left, right, result });
  }
  return { type: 'MatMul', inputs: [left, right].map((factor) => factorOf(emitter, factor)) };
}

/**
 * A thread takes whole products, so with an odd number one thread would wait. Splits each by its rows or, if those are
 * the inner axis of a transposed factor, by its terms.
 */
function inHalves(
  emitter: Emitter,
  {
    left,
    right,
    result,
  }: { readonly left: Factor; readonly right: Factor; readonly result: Shape },
): Last {
  const parted = ({ name, shape, turned }: Factor, parts: number): string => {
    const [outer = 1, inner = 1] = shape.slice(-2);
    const split = [sizeOf(shape) / outer / inner, parts, outer / parts, inner];
    return factorOf(emitter, { name: emitter.reshaped(name, split), shape: split, turned });
  };
  const halves = emitter.node('MatMul', [parted(left, 2), parted(right, left.turned ? 2 : 1)]);
  const whole = left.turned
    ? emitter.node('ReduceSum', [halves, emitter.constants.integers([1])], { keepdims: 0 })
    : halves;
  return { type: 'Reshape', inputs: [whole, emitter.constants.integers(result)] };
}

function factorOf(emitter: Emitter, { name, shape, turned }: Factor): string {
  if (!turned) return name;
  const perm = shape.map((_, axis) => axis);
  perm.splice(-2, 2, shape.length - 1, shape.length - 2);
  return emitter.node('Transpose', [name], { perm });
}

/** Matrix products, each with a scalar factor. */
export interface Product {
  readonly op: Extract<Op, { kind: 'matmul' }>;
  readonly inputs: readonly Value[];
  readonly factor?: number;
}

/**
 * Values that are a product with a matrix times a scalar, and the only reader of that product: Gemm does both.
 * `products` are the ones that need not be emitted.
 */
export function scaledProducts(program: Program): {
  readonly scaled: ReadonlyMap<Value, Product>;
  readonly products: ReadonlySet<Value>;
} {
  const readers = new Map<Value, number>();
  const count = (value: Value): void => void readers.set(value, (readers.get(value) ?? 0) + 1);
  for (const { inputs } of program.values) inputs.forEach(count);
  Object.values(program.outputs).forEach(count);
  const scaled = new Map<Value, Product>();
  const products = new Set<Value>();
  for (const value of program.values) {
    const [product, number] = value.inputs;
    if (value.op.kind !== 'mul' || product?.op.kind !== 'matmul' || number === undefined) continue;
    const isScalar = number.op.kind === 'constant' && number.shape.length === 0;
    const isByMatrix = product.inputs[1]?.shape.length === 2;
    if (!isScalar || !isByMatrix || readers.get(product) !== 1) continue;
    const factor = number.op.data[0] ?? 1;
    scaled.set(value, { op: product.op, inputs: product.inputs, factor });
    products.add(product);
  }
  return { scaled, products };
}
