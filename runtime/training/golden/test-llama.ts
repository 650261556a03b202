import { linearKinds, linearPath, linearSize } from '../architectures/model-config.ts';
import type { ModelConfig } from '../architectures/model-config.ts';
import { permuteRows } from '../architectures/paired-rows.ts';
import { toGgufName } from '../architectures/tensor-names.ts';
import type { Adapter, AdapterModule } from '../adapters/adapter.ts';
import { encode, type WrittenEncoding } from '../formats/encode.ts';
import type { GgufValue } from '../formats/gguf-type.ts';
import { writeGguf, type GgufTensor } from '../formats/gguf-writer.ts';
import { Random } from '../optimizer/random.ts';

/** Weights under published names, rows in the published order. */
export type NamedWeights = ReadonlyMap<string, { shape: readonly number[]; data: Float32Array }>;

/** A Llama of random weights, large enough that its predictions are far from uniform. */
export function randomLlama(config: ModelConfig, seed: number): NamedWeights {
  const random = new Random(seed);
  const weights = new Map<string, { shape: readonly number[]; data: Float32Array }>();
  const matrix = (name: string, shape: readonly [number, number]): void => {
    // Layers gentle enough that rounding does not grow from one to the next.
    const deviation = name.startsWith('model.embed') ? 0.15 : 0.06;
    const length = shape[0] * shape[1];
    const data = Float32Array.from({ length }, () => random.normal() * deviation);
    weights.set(name, { shape, data });
  };
  const gain = (name: string): void => {
    const data = Float32Array.from({ length: config.width }, () => 1 + 0.2 * random.normal());
    weights.set(name, { shape: [config.width], data });
  };
  matrix('model.embed_tokens.weight', [config.vocabulary, config.width]);
  for (let layer = 0; layer < config.layers; layer++) {
    gain(`model.layers.${layer}.input_layernorm.weight`);
    gain(`model.layers.${layer}.post_attention_layernorm.weight`);
    for (const kind of linearKinds) {
      const [inputs, outputs] = linearSize(config, kind);
      matrix(`${linearPath(layer, kind)}.weight`, [outputs, inputs]);
    }
  }
  gain('model.norm.weight');
  return weights;
}

/** A random adapter on every linear map, strong enough to change predictions. */
export function randomAdapter(config: ModelConfig, rank: number, rankStabilized: boolean): Adapter {
  const random = new Random(99);
  const normals = (length: number): Float32Array =>
    Float32Array.from({ length }, () => random.normal() * 0.06);
  const modules = new Map<string, AdapterModule>();
  for (let layer = 0; layer < config.layers; layer++) {
    for (const kind of linearKinds) {
      const [inputs, outputs] = linearSize(config, kind);
      const [a, b] = [normals(rank * inputs), normals(outputs * rank)];
      modules.set(linearPath(layer, kind), { inputs, outputs, rank, alpha: 2 * rank, a, b });
    }
  }
  return { rankStabilized, base: undefined, modules };
}

/** Writes a Llama as llama.cpp loads it, with a vocabulary of bytes and numbered words. */
export async function writeLlamaGguf(
  file: string,
  config: ModelConfig,
  model: { readonly weights: NamedWeights; readonly encoding: WrittenEncoding },
): Promise<void> {
  const count = (key: string, value: number): [string, GgufValue] => [key, { type: 'u32', value }];
  const ids = Array.from({ length: config.vocabulary }, (_, i) => i);
  const byte = (i: number): string => `<0x${(i - 3).toString(16).toUpperCase().padStart(2, '0')}>`;
  const metadata = new Map<string, GgufValue>([
    ['general.architecture', { type: 'string', value: 'llama' }],
    ['general.name', { type: 'string', value: 'test' }],
    count('llama.vocab_size', config.vocabulary),
    count('llama.context_length', config.context),
    count('llama.embedding_length', config.width),
    count('llama.block_count', config.layers),
    count('llama.feed_forward_length', config.hiddenWidth),
    count('llama.attention.head_count', config.heads),
    count('llama.attention.head_count_kv', config.kvHeads),
    count('llama.rope.dimension_count', config.headWidth),
    ['llama.rope.freq_base', { type: 'f32', value: config.rope.base }],
    ['llama.attention.layer_norm_rms_epsilon', { type: 'f32', value: config.normEpsilon }],
    ['tokenizer.ggml.model', { type: 'string', value: 'llama' }],
    [
      'tokenizer.ggml.tokens',
      {
        type: 'array',
        of: 'string',
        values: ids.map((i) => ['<unk>', '<s>', '</s>'][i] ?? (i < 259 ? byte(i) : `word${i}`)),
      },
    ],
    ['tokenizer.ggml.scores', { type: 'array', of: 'f32', values: ids.map((i) => -i) }],
    [
      'tokenizer.ggml.token_type',
      {
        type: 'array',
        of: 'i32',
        values: ids.map((i) => (i === 0 ? 2 : i < 3 ? 3 : i < 259 ? 6 : 1)),
      },
    ],
    count('tokenizer.ggml.bos_token_id', 1),
    count('tokenizer.ggml.eos_token_id', 2),
    count('tokenizer.ggml.unknown_token_id', 0),
  ]);
  const tensors = [...model.weights].map(([name, { shape, data }]): GgufTensor => {
    const [query, key] = [name.endsWith('q_proj.weight'), name.endsWith('k_proj.weight')];
    const heads = query ? config.heads : config.kvHeads;
    const rows = query || key ? permuteRows(data, { heads, rows: shape[0] ?? 0 }, 'toPairs') : data;
    const encoding = shape.length < 2 ? 'f32' : model.encoding;
    return {
      name: toGgufName(config.architecture, name) ?? name,
      shape,
      encoding,
      bytes: () => encode(encoding, rows),
    };
  });
  await writeGguf(file, metadata, tensors);
}
