import type { Op, Value } from '../ir/op.ts';
import type { Program } from '../ir/program.ts';

/** Products of matrices, and a number that they are multiplied with. */
export interface Product {
  readonly op: Extract<Op, { kind: 'matmul' }>;
  readonly inputs: readonly Value[];
  readonly factor?: number;
}

/**
 * Values that are nothing but a product with a matrix times a number, and the only reader of that product: Gemm does
 * both. `products` are the ones that need not exist.
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
