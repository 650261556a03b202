import type { WeightSource } from '../ir/executor.ts';
import type { Value } from '../ir/op.ts';
import { blockLayouts, splitBlocks, type AffineBlocks } from '../formats/blocks.ts';
import { loadWeight, readWeight } from '../formats/load-weight.ts';
import { sizeOf } from '../ir/shape.ts';
import type { FrozenUse } from './lower.ts';
import { bytesOf, type Lowering } from './lowering.ts';
import type { Sidecar } from './sidecar.ts';

interface Binding {
  readonly lowering: Lowering;
  readonly value: Value;
  readonly use: FrozenUse;
  readonly source: WeightSource;
  readonly sidecar: Sidecar;
  readonly device: 'cpu' | 'webgpu' | 'cuda';
}

/**
 * Emits a frozen tensor. Plain encodings point into the user's file where it lies; blocks are taken apart into
 * the sidecar once, since ONNX wants values and scales in separate arrays. All but f32 stay as they are in memory
 * and are widened whenever they are read.
 */
export async function bindFrozenWeight(binding: Binding): Promise<void> {
  const { lowering, value, source, sidecar, device } = binding;
  const { model } = lowering;
  const { name, shape } = value;
  if (source.kind === 'memory') {
    model.initializer({ name, type: 'float', shape }, bytesOf(await loadWeight(source, shape)));
    return;
  }
  const { encoding } = source;
  switch (encoding) {
    case 'f32':
      model.initializer({ name, type: 'float', shape }, sidecar.inFile(source));
      return;
    case 'f16':
    case 'bf16': {
      const type = encoding === 'f16' ? 'float16' : 'bfloat16';
      const stored = `${name}:${encoding}`;
      model.initializer({ name: stored, type, shape }, sidecar.inFile(source));
      lowering.widen(value, (ids) =>
        lowering.node('Cast', [picked(lowering, stored, ids)], { to: 1 }),
      );
      return;
    }
    case 'q8_0':
    case 'q4_0':
    case 'q4_1':
    case 'q4_k':
    case 'q6_k': {
      const blocks = splitBlocks(encoding, await readWeight(source, shape));
      const [least, most] = blockLayouts[encoding].range;
      if (device === 'cpu') {
        await storeBytes(binding, blocks, least < 0 ? 'int8' : 'uint8');
        return;
      }
      const bits = least >= -8 && most <= 7 ? 'int4' : least >= 0 && most <= 15 ? 'uint4' : 'int8';
      await storePacked(binding, blocks, bits);
      return;
    }
  }
}

/** Some rows of a stored tensor, or all. */
function picked(lowering: Lowering, stored: string, ids: string | undefined): string {
  return ids === undefined ? stored : lowering.node('Gather', [stored, ids], { axis: 0 });
}

/** Stores an array of one number for each block, with axes of `last` behind it. */
async function storePerBlock(
  { lowering, value, sidecar }: Binding,
  data: Float32Array,
  named: { readonly part: string; readonly last: readonly number[] },
): Promise<string> {
  const outer = value.shape.slice(0, -1);
  const groups = data.length / sizeOf(outer);
  const info = {
    name: `${value.name}:${named.part}`,
    type: 'float',
    shape: [...outer, groups, ...named.last],
  } as const;
  lowering.model.initializer(info, await sidecar.append(bytesOf(data)));
  return info.name;
}

/**
 * A byte for each value: a cast, a product and a sum take half the time that DequantizeLinear takes on a CPU. Where
 * columns can be rows, a scale goes along with whole rows instead of 32 values, which halves the product and the sum.
 */
async function storeBytes(
  binding: Binding,
  blocks: AffineBlocks,
  type: 'int8' | 'uint8',
): Promise<void> {
  const { lowering, value, use, sidecar } = binding;
  const { name, shape } = value;
  const transposed = use.rightFactor;
  const columns = shape.at(-1) ?? 1;
  const rows = sizeOf(shape) / columns;
  const turned = <T extends Int8Array | Float32Array>(data: T): T =>
    transposed ? transpose(data, rows) : data;
  const groups = columns / blocks.blockSize;
  const layout = (perGroup: number): number[] =>
    transposed ? [groups, perGroup, rows] : [...shape.slice(0, -1), groups, perGroup];
  const store = async (part: string, data: Int8Array | Float32Array): Promise<string> => {
    const isScale = data instanceof Float32Array;
    const info = {
      name: `${name}:${part}`,
      type: isScale ? ('float' as const) : type,
      shape: layout(isScale ? 1 : blocks.blockSize),
    };
    lowering.model.initializer(info, await sidecar.append(bytesOf(turned(data))));
    return info.name;
  };
  const values = await store('values', blocks.values);
  const scales = await store('scales', blocks.scales);
  const offsets = blocks.offsets && (await store('offsets', blocks.offsets));
  lowering.widen(
    value,
    (ids, result) => {
      const numbers = lowering.node('Cast', [picked(lowering, values, ids)], { to: 1 });
      const scaled = lowering.node('Mul', [numbers, picked(lowering, scales, ids)]);
      const whole =
        offsets === undefined
          ? scaled
          : lowering.node('Add', [scaled, picked(lowering, offsets, ids)]);
      return lowering.node('Reshape', [whole, lowering.integers(result)]);
    },
    { transposed },
  );
}

/** [rows, columns] → [columns, rows]. */
function transpose<T extends Int8Array | Float32Array>(data: T, rows: number): T {
  const columns = data.length / rows;
  const result = data.slice() as T;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      result[column * rows + row] = data[row * columns + column] ?? 0;
    }
  }
  return result;
}

/** DequantizeLinear per block (operator set 21), then the block's offset where the format has one. */
async function storePacked(
  binding: Binding,
  blocks: AffineBlocks,
  type: 'int4' | 'uint4' | 'int8',
): Promise<void> {
  const { lowering, value, sidecar } = binding;
  const { name, shape } = value;
  const bytes = type === 'int8' ? bytesOf(blocks.values) : pack(blocks.values);
  lowering.model.initializer({ name: `${name}:values`, type, shape }, await sidecar.append(bytes));
  const scales = await storePerBlock(binding, blocks.scales, { part: 'scales', last: [] });
  const offsets =
    blocks.offsets &&
    (await storePerBlock(binding, blocks.offsets, { part: 'offsets', last: [1] }));
  lowering.widen(value, (ids, result) => {
    const attributes = { axis: shape.length - 1, block_size: blocks.blockSize };
    const scaled = lowering.node('DequantizeLinear', [`${name}:values`, scales], attributes);
    if (offsets === undefined) return picked(lowering, scaled, ids);
    const columns = shape.at(-1) ?? 1;
    const inBlocks = [...shape.slice(0, -1), columns / blocks.blockSize, blocks.blockSize];
    const grouped = lowering.node('Reshape', [scaled, lowering.integers(inBlocks)]);
    const shifted = lowering.node('Add', [grouped, offsets]);
    return lowering.node('Reshape', [picked(lowering, shifted, ids), lowering.integers(result)]);
  });
}

/** Two values a byte, the first in the low nibble. */
function pack(values: Int8Array): Uint8Array {
  const result = new Uint8Array((values.length + 1) >> 1);
  for (let i = 0; i < values.length; i++) {
    const nibble = (values[i] ?? 0) & 15;
    result[i >> 1] = (result[i >> 1] ?? 0) | (i % 2 === 0 ? nibble : nibble << 4);
  }
  return result;
}
