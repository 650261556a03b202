import type { WeightSource } from '../ir/executor.ts';
import type { Value } from '../ir/op.ts';
import { blockLayouts, splitBlocks, type BlockEncoding } from '../formats/blocks.ts';
import { loadWeight, readWeight } from '../formats/load-weight.ts';
import { sizeOf, type Shape } from '../ir/shape.ts';
import type { WeightUse } from '../ir/program.ts';
import type { Lowering } from './lowering.ts';
import { bytesOf, type ElementType } from './model.ts';
import type { Sidecar } from './sidecar.ts';

interface Binding {
  readonly lowering: Lowering;
  readonly value: Value;
  readonly use: WeightUse;
  readonly source: WeightSource;
  readonly sidecar: Sidecar;
}

/**
 * Emits a frozen tensor. Plain encodings point into the user's file. Blocks are split into the sidecar once, because
 * ONNX wants values and scales in separate arrays. All but f32 stay encoded in memory and are widened at each read; a
 * head that is also the embedding is held in f32, since it would take that much at the peak anyway.
 */
export async function bindFrozenWeight(binding: Binding): Promise<void> {
  const { lowering, value, use, source, sidecar } = binding;
  const { model } = lowering;
  const { name, shape } = value;
  if (source.kind === 'memory') {
    model.initializer({ name, type: 'float', shape }, bytesOf(await loadWeight(source, shape)));
    return;
  }
  const { encoding } = source;
  if (encoding === 'f32') {
    model.initializer({ name, type: 'float', shape }, sidecar.inFile(source));
    return;
  }
  if (use === 'rowsAndFactor' && lowering.device === 'cpu') {
    const wide = await sidecar.once(source, 'f32', async () =>
      sidecar.append(bytesOf(await loadWeight(source, shape))),
    );
    model.initializer({ name, type: 'float', shape }, wide);
    return;
  }
  if (encoding === 'f16' || encoding === 'bf16') {
    const type = encoding === 'f16' ? 'float16' : 'bfloat16';
    const stored = `${name}:${encoding}`;
    model.initializer({ name: stored, type, shape }, sidecar.inFile(source));
    lowering.widen(value, (ids) =>
      lowering.node('Cast', [picked(lowering, stored, ids)], { to: 1 }),
    );
    return;
  }
  const layout = layoutOf(binding, encoding);
  const blocks = await sidecar.once(source, layout.name, async () => {
    const { values, scales, offsets } = splitBlocks(encoding, await readWeight(source, shape));
    return {
      values: await sidecar.append(layout.bytes(values)),
      scales: await sidecar.append(layout.bytes(scales)),
      offsets: offsets && (await sidecar.append(layout.bytes(offsets))),
    };
  });
  const { type, axis } = layout;
  const named = { values: `${name}:values`, scales: `${name}:scales`, offsets: `${name}:offsets` };
  const perBlock = { type: 'float', shape: layout.shape.with(axis, 1) } as const;
  model.initializer({ name: named.values, type, shape: layout.shape }, blocks.values);
  model.initializer({ name: named.scales, ...perBlock }, blocks.scales);
  if (blocks.offsets) model.initializer({ name: named.offsets, ...perBlock }, blocks.offsets);
  const attributes = { axis, block_size: layout.shape[axis] ?? 1 };
  lowering.widen(
    value,
    (ids, result) => {
      const rows = (stored: string): string => picked(lowering, stored, ids);
      if (layout.name === 'rows') {
        const numbers = lowering.node('Cast', [rows(named.values)], { to: 1 });
        const scaled = lowering.node('Mul', [numbers, rows(named.scales)]);
        const shifted = blocks.offsets
          ? lowering.node('Add', [scaled, rows(named.offsets)])
          : scaled;
        return lowering.reshaped(shifted, result);
      }
      const scaled = lowering.node('DequantizeLinear', [named.values, named.scales], attributes);
      const shifted = blocks.offsets ? lowering.node('Add', [scaled, named.offsets]) : scaled;
      return lowering.reshaped(rows(shifted), result);
    },
    { transposed: layout.name === 'columns' },
  );
}

/** Rows of a stored tensor, or all. */
function picked(lowering: Lowering, stored: string, ids: string | undefined): string {
  return ids === undefined ? stored : lowering.node('Gather', [stored, ids], { axis: 0 });
}

/** Layout of blocks: one axis counts them, another the values in each. */
interface BlockLayout {
  /**
   * - `columns`: a byte a value, columns laid out as rows. A scale goes along with a whole row of numbers, which
   *   DequantizeLinear reads many times as fast as a scale for 32 numbers in a row.
   * - `rows`: a byte a value, as in the file. Rows are picked, cast, scaled and shifted.
   * - `packed`: as in the file, two values a byte where four bits hold them.
   */
  readonly name: 'columns' | 'rows' | 'packed';
  readonly type: ElementType;
  readonly shape: Shape;
  /** The axis along a block's values. Scales and offsets have 1 there. */
  readonly axis: number;
  /** The bytes of values, scales or offsets. */
  readonly bytes: (part: Int8Array | Float32Array) => Uint8Array;
}

function layoutOf({ lowering, value, use }: Binding, encoding: BlockEncoding): BlockLayout {
  const { device } = lowering;
  const {
    group,
    range: [least, most],
  } = blockLayouts[encoding];
  const columns = value.shape.at(-1) ?? 1;
  const byte = least < 0 ? 'int8' : 'uint8';
  if (device === 'cpu' && use === 'factor') {
    const rows = sizeOf(value.shape) / columns;
    return {
      name: 'columns',
      type: byte,
      shape: [columns / group, group, rows],
      axis: 1,
      bytes: (part) => bytesOf(transpose(part, rows)),
    };
  }
  const asInFile = {
    shape: [...value.shape.slice(0, -1), columns / group, group],
    axis: value.shape.length,
  };
  if (device === 'cpu') return { ...asInFile, name: 'rows', type: byte, bytes: bytesOf };
  const type = least >= -8 && most <= 7 ? 'int4' : least >= 0 && most <= 15 ? 'uint4' : 'int8';
  return {
    ...asInFile,
    name: 'packed',
    type,
    bytes: (part) => (part instanceof Int8Array && type !== 'int8' ? pack(part) : bytesOf(part)),
  };
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

/** Two values a byte, the first in the low nibble. */
function pack(values: Int8Array): Uint8Array {
  const result = new Uint8Array((values.length + 1) >> 1);
  for (let i = 0; i < values.length; i++) {
    const nibble = (values[i] ?? 0) & 15;
    result[i >> 1] = (result[i >> 1] ?? 0) | (i % 2 === 0 ? nibble : nibble << 4);
  }
  return result;
}
