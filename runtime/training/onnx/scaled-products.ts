import type { Value } from '../ir/op.ts';
import type { Program } from '../ir/program.ts';

export interface ScaledProduct {
  readonly product: Value;
  readonly factor: number;
}

/** Values that are nothing but a product with a matrix times a number, and the only reader of that product. */
export function scaledProducts(program: Program): ReadonlyMap<Value, ScaledProduct> {
  const readers = new Map<Value, number>();
  const count = (value: Value): void => void readers.set(value, (readers.get(value) ?? 0) + 1);
  for (const { inputs } of program.values) inputs.forEach(count);
  Object.values(program.outputs).forEach(count);
  const found = new Map<Value, ScaledProduct>();
  for (const value of program.values) {
    const [product, number] = value.inputs;
    if (value.op.kind !== 'mul' || product?.op.kind !== 'matmul' || number === undefined) continue;
    const isScalar = number.op.kind === 'constant' && number.shape.length === 0;
    const isByMatrix = product.inputs[1]?.shape.length === 2;
    if (!isScalar || !isByMatrix || readers.get(product) !== 1) continue;
    found.set(value, { product, factor: number.op.data[0] ?? 1 });
  }
  return found;
}
