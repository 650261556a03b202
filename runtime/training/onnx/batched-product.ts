import { sizeOf, type Shape } from '../ir/shape.ts';
import type { Emitter } from './emitter.ts';
import type { Node } from './model.ts';
import type { Product } from './scaled-products.ts';

interface Factor {
  readonly name: string;
  /** Of rank 3 or more; equal but for the last two axes. */
  readonly shape: Shape;
  /** Its last two axes are swapped in the product. */
  readonly turned: boolean;
}

type Last = Pick<Node, 'type' | 'inputs'>;

/** Emits products of matrices by batch, but for the last node, which gives the result. */
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
 * A thread takes whole products: of an odd number, one thread would wait for another. Each is halved by its rows, or
 * where those are the inner axis of a turned factor, by its terms.
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
