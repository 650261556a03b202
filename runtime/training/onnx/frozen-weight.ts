import type { WeightSource } from '../ir/executor.ts';
import type { Value } from '../ir/op.ts';
import { blockLayouts, splitBlocks, type AffineBlocks } from '../formats/blocks.ts';
import { loadWeight, readWeight } from '../formats/load-weight.ts';
import { bytesOf, type Lowering } from './lower.ts';
import type { Sidecar } from './sidecar.ts';

interface Binding {
  readonly lowering: Lowering;
  readonly value: Value;
  readonly source: WeightSource;
  readonly sidecar: Sidecar;
}

/**
 * Emits a frozen tensor. Plain encodings point into the user's file where it lies; blocks are taken apart into
 * the sidecar once, since ONNX wants values and scales in separate arrays, and stay quantised in memory.
 */
export async function bindFrozenWeight({
  lowering,
  value,
  source,
  sidecar,
}: Binding): Promise<void> {
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
      model.initializer({ name: `${name}:${encoding}`, type, shape }, sidecar.inFile(source));
      model.add({
        type: 'Cast',
        inputs: [`${name}:${encoding}`],
        output: name,
        attributes: { to: 1 },
      });
      return;
    }
    case 'q8_0':
    case 'q4_0':
    case 'q4_1':
    case 'q4_k':
    case 'q6_k': {
      const blocks = splitBlocks(encoding, await readWeight(source, shape));
      const [least, most] = blockLayouts[encoding].range;
      const bits = least >= -8 && most <= 7 ? 'int4' : least >= 0 && most <= 15 ? 'uint4' : 'int8';
      await dequantize({ lowering, value, sidecar }, blocks, bits);
      return;
    }
  }
}

/** DequantizeLinear per block (operator set 21), then the block's offset where the format has one. */
async function dequantize(
  { lowering, value, sidecar }: Omit<Binding, 'source'>,
  blocks: AffineBlocks,
  type: 'int4' | 'uint4' | 'int8',
): Promise<void> {
  const { model } = lowering;
  const { name, shape } = value;
  const outer = shape.slice(0, -1);
  const groups = (shape[shape.length - 1] ?? 0) / blocks.blockSize;
  const values = type === 'int8' ? bytesOf(blocks.values) : pack(blocks.values);
  model.initializer({ name: `${name}:values`, type, shape }, await sidecar.append(values));
  const perBlock = async (
    part: string,
    data: Float32Array,
    last: readonly number[],
  ): Promise<string> => {
    const info = {
      name: `${name}:${part}`,
      type: 'float',
      shape: [...outer, groups, ...last],
    } as const;
    model.initializer(info, await sidecar.append(bytesOf(data)));
    return info.name;
  };
  const inputs = [`${name}:values`, await perBlock('scales', blocks.scales, [])];
  const attributes = { axis: shape.length - 1, block_size: blocks.blockSize };
  if (blocks.offsets === undefined) {
    model.add({ type: 'DequantizeLinear', inputs, output: name, attributes });
    return;
  }
  const offsets = await perBlock('offsets', blocks.offsets, [1]);
  const scaled = lowering.node('DequantizeLinear', inputs, attributes);
  const grouped = lowering.node('Reshape', [
    scaled,
    lowering.integers([...outer, groups, blocks.blockSize]),
  ]);
  const shifted = lowering.node('Add', [grouped, offsets]);
  model.add({ type: 'Reshape', inputs: [shifted, lowering.integers(shape)], output: name });
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
