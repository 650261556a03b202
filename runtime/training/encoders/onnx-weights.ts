import { GraphError } from '@graft/graph';
import { joinBlocks } from '../formats/affine-blocks.ts';
import { RangedFile } from '../formats/file-range.ts';
import { loadWeight } from '../formats/load-weight.ts';
import type { OnnxFile, OnnxNode } from '../formats/onnx-file.ts';
import { sourceOf, type TensorEntry } from '../formats/tensor-file.ts';
import type { WeightSource } from '../ir/executor.ts';
import type { Shape } from '../ir/shape.ts';

/** A weight under its name in the file. */
export interface HeldWeight {
  readonly name: string;
  readonly shape: Shape;
  readonly source: WeightSource;
}

/** Published names of a layer's parts, by those of onnxruntime-genai's model builder. */
const layerParts: Readonly<Record<string, string>> = {
  'attn.q_proj': 'attention.self.query',
  'attn.k_proj': 'attention.self.key',
  'attn.v_proj': 'attention.self.value',
  'attn.o_proj': 'attention.output.dense',
  attention_output_norm_layernorm: 'attention.output.LayerNorm',
  'mlp.fc1': 'intermediate.dense',
  'mlp.fc2': 'output.dense',
  mlp_output_norm_layernorm: 'output.LayerNorm',
};

/**
 * The published name of a tensor; undefined if it has none. The builder's unquantised matrices have none: it stores
 * them transposed, which a square one would not reveal. A tensor under its published name has the published layout.
 */
function publishedName(name: string): string | undefined {
  if (/^(?:embeddings|encoder\.layer\.\d+)\.[\w.]+\.(?:weight|bias)$/.test(name)) return name;
  const embedding = /^\.?model\.embeddings\.(\w+_embeddings\.weight)$/.exec(name);
  if (embedding !== null) return `embeddings.${embedding[1] ?? ''}`;
  const first = /^model\.layers\.-1\.embeddings_norm_layernorm\.(weight|bias)$/.exec(name);
  if (first !== null) return `embeddings.LayerNorm.${first[1] ?? ''}`;
  const inLayer =
    /^model\.layers\.(\d+)\.(\w+)\.(weight|bias)$/.exec(name) ??
    /^model\.layers\.(\d+)\.([\w.]+)\.(?:MatMul\.(weight)_Q4|Add\.(bias))$/.exec(name);
  const [, layer = '', part = '', weight, bias = ''] = inLayer ?? [];
  const published = layerParts[part];
  return published === undefined
    ? undefined
    : `encoder.layer.${layer}.${published}.${weight ?? bias}`;
}

/**
 * The weights of an encoder in ONNX, as onnxruntime-genai's model builder or `writeEncoderOnnx` writes it, by published
 * name: widens 4-bit matrices in memory, and leaves all others in their file. Throws `bad-model` for any other tensor,
 * because ignoring it would change the encoder.
 */
export async function onnxWeights(file: OnnxFile): Promise<ReadonlyMap<string, HeldWeight>> {
  const products = new Map(
    file.nodes.flatMap((node) =>
      node.type === 'MatMulNBits' ? [[node.inputs[1] ?? '', node] as const] : [],
    ),
  );
  const scales = new Set([...products.values()].map(({ inputs }) => inputs[2]));
  const held = new Map<string, HeldWeight>();
  for (const [name, tensor] of file.tensors) {
    const published = publishedName(name);
    if (published === undefined) {
      if (scales.has(name) || isConstant(tensor)) continue;
      throw new GraphError(
        'bad-model',
        `"${name}" of ${file.path} is not a weight of a BERT that Graft can train; fetch the model in 4 bits (q4) from onnx-community, or as safetensors`,
        { location: { file: file.path } },
      );
    }
    const product = products.get(name);
    held.set(
      published,
      product === undefined ? plain(file, tensor) : await widened(file, tensor, product),
    );
  }
  return held;
}

/** Internal to the graph: shapes, axes and single numbers. */
function isConstant({ typeName, shape }: TensorEntry): boolean {
  return typeName === 'INT64' || shape.every((axis) => axis === 1);
}

function plain(file: OnnxFile, tensor: TensorEntry): HeldWeight {
  const source = sourceOf(tensor);
  if (source.bytes !== tensor.bytes) throw unfit(file, tensor);
  return { name: tensor.name, shape: tensor.shape, source };
}

function unfit({ path }: OnnxFile, { name }: TensorEntry): GraphError {
  return new GraphError(
    'damaged-file',
    `"${name}" of ${path} has other sizes than it says; fetch the model again`,
    { location: { file: path } },
  );
}

/** MatMulNBits: [N, K] in blocks along K; the 4-bit value minus 8, times the block's scale. */
async function widened(
  file: OnnxFile,
  tensor: TensorEntry,
  product: OnnxNode,
): Promise<HeldWeight> {
  const { name, path, offset, bytes } = tensor;
  const size = (attribute: string): number => product.integers.get(attribute) ?? 0;
  const [columns, rows, group] = [size('K'), size('N'), size('block_size')];
  const [, , scaleName = '', ...others] = product.inputs;
  if (size('bits') !== 4 || others.some((input) => input !== '')) {
    throw new GraphError(
      'bad-model',
      `"${name}" of ${file.path} is quantised in another way than to 4 bits around zero; fetch the model in 4 bits (q4) or as safetensors`,
      { location: { file: file.path } },
    );
  }
  const scales = file.tensors.get(scaleName);
  if (
    ![columns, rows, group].every((axis) => axis > 0) ||
    columns % group !== 0 ||
    bytes !== (rows * columns) / 2 ||
    scales === undefined
  ) {
    throw unfit(file, tensor);
  }
  await using opened = await RangedFile.open(path);
  const packed = await opened.read(offset, bytes, `tensor "${name}"`);
  const values = new Int8Array(2 * packed.length);
  for (const [at, byte] of packed.entries()) {
    values[2 * at] = (byte & 15) - 8;
    values[2 * at + 1] = (byte >> 4) - 8;
  }
  const perBlock = await loadWeight(sourceOf(scales), [(rows * columns) / group]);
  const data = joinBlocks({ blockSize: group, values, scales: perBlock, offsets: undefined });
  return { name, shape: [rows, columns], source: { kind: 'memory', data } };
}
