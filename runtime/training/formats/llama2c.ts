import { GraphError } from '@graft/graph';
import { RangedFile, truncated } from './file-range.ts';
import type { TensorEntry, TensorEntries } from './tensor-file.ts';

/** Dimensions of a model of the llama2.c project (github.com/karpathy/llama2.c, run.c, version 0 files). */
export interface Llama2cFile {
  readonly path: string;
  readonly dimension: number;
  readonly hiddenDimension: number;
  readonly layers: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly vocabulary: number;
  readonly context: number;
  readonly tiedHead: boolean;
  /** Under the names of a Llama GGUF file, whose row order of q and k it shares. */
  readonly tensors: TensorEntries;
}

const headerBytes = 28;

export async function readLlama2c(path: string): Promise<Llama2cFile> {
  await using file = await RangedFile.open(path);
  const header = new DataView((await file.read(0, headerBytes, 'the header')).buffer);
  const at = (index: number): number => header.getInt32(index * 4, true);
  const [dimension, hiddenDimension, layers] = [at(0), at(1), at(2)];
  const [heads, kvHeads, context] = [at(3), at(4), at(6)];
  const vocabulary = Math.abs(at(5));
  const numbers = [dimension, hiddenDimension, layers, heads, kvHeads, vocabulary, context];
  if (
    numbers.some((n) => n <= 0 || n > 1 << 20) ||
    dimension % heads !== 0 ||
    heads % kvHeads !== 0
  ) {
    throw new GraphError(
      'bad-input',
      `${path} is not a llama2.c model: its header reads ${numbers.join(', ')}`,
      {
        location: { file: path },
      },
    );
  }
  const headDimension = dimension / heads;
  const kvDimension = kvHeads * headDimension;
  const tensors = new Map<string, TensorEntry>();
  let offset = headerBytes;
  const take = (name: string, shape: readonly number[]): void => {
    const bytes = 4 * shape.reduce((product, axis) => product * axis, 1);
    if (offset + bytes > file.size) {
      throw truncated(file, { what: `tensor "${name}"`, end: offset + bytes });
    }
    tensors.set(name, { name, shape, typeName: 'F32', encoding: 'f32', path, offset, bytes });
    offset += bytes;
  };
  const perLayer = (name: string, shape: readonly number[]): void => {
    for (let i = 0; i < layers; i++) take(`blk.${i}.${name}.weight`, shape);
  };
  take('token_embd.weight', [vocabulary, dimension]);
  perLayer('attn_norm', [dimension]);
  perLayer('attn_q', [dimension, dimension]);
  perLayer('attn_k', [kvDimension, dimension]);
  perLayer('attn_v', [kvDimension, dimension]);
  perLayer('attn_output', [dimension, dimension]);
  perLayer('ffn_norm', [dimension]);
  perLayer('ffn_gate', [hiddenDimension, dimension]);
  perLayer('ffn_down', [dimension, hiddenDimension]);
  perLayer('ffn_up', [hiddenDimension, dimension]);
  take('output_norm.weight', [dimension]);
  // Two tables of sines and cosines, which readers compute themselves.
  offset += 2 * context * (headDimension / 2) * 4;
  const tiedHead = at(5) > 0;
  if (!tiedHead) take('output.weight', [vocabulary, dimension]);
  return {
    path,
    dimension,
    hiddenDimension,
    layers,
    heads,
    kvHeads,
    vocabulary,
    context,
    tiedHead,
    tensors,
  };
}
