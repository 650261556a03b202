import { linearKinds } from '../architectures/description.ts';
import { linearPath, linearSize, type ModelConfig } from '../architectures/model-config.ts';
import { permuteModule } from '../architectures/paired-rows.ts';
import { toGgufName } from '../architectures/tensor-names.ts';
import { weightShapes } from '../architectures/weight-shapes.ts';
import type { Adapter, AdapterModule } from '../adapters/adapter.ts';
import { configMetadata } from '../conversion/config-metadata.ts';
import { encode, type WrittenEncoding } from '../formats/encode.ts';
import type { GgufValue } from '@graft/kit';
import { writeGguf, type GgufTensor } from '../formats/gguf-writer.ts';
import { sizeOf, type Shape } from '../ir/shape.ts';
import { Random } from '../optimizer/random.ts';

/** Weights under published names, rows in the published order. */
export type NamedWeights = ReadonlyMap<string, { shape: readonly number[]; data: Float32Array }>;

/** A model of random weights, large enough that its predictions are far from uniform. */
export function randomWeights(config: ModelConfig, seed: number): NamedWeights {
  const random = new Random(seed);
  return new Map(
    [...weightShapes(config)].map(([name, shape]) => {
      const [center, deviation] = spread(name, shape);
      const data = Float32Array.from(
        { length: sizeOf(shape) },
        () => center + random.normal() * deviation,
      );
      return [name, { shape, data }];
    }),
  );
}

/** Mean and deviation: layers gentle enough that rounding does not grow from one to the next. */
function spread(name: string, shape: Shape): readonly [number, number] {
  if (shape.length > 1) return [0, name.startsWith('model.embed') ? 0.15 : 0.06];
  return name.endsWith('.bias') ? [0, 0.2] : [1, 0.2];
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

/** Writes a model as llama.cpp loads it, with a vocabulary of bytes and numbered words. */
export async function writeTestModel(
  file: string,
  config: ModelConfig,
  model: { readonly weights: NamedWeights; readonly encoding: WrittenEncoding },
): Promise<void> {
  const { architecture } = config;
  const tensors = [...model.weights].map(([name, { shape, data }]): GgufTensor => {
    const path = name.replace(/\.(weight|bias)$/, '');
    const rows = permuteModule(config, { path, data, rows: shape[0] ?? 0 }, 'toPairs');
    const encoding = shape.length < 2 ? 'f32' : model.encoding;
    return {
      name: toGgufName(architecture, name) ?? name,
      shape,
      encoding,
      bytes: () => encode(encoding, rows),
    };
  });
  const name: Entry = ['general.name', { type: 'string', value: 'test' }];
  const metadata = new Map([...configMetadata(config), name, ...vocabulary(config.vocabulary)]);
  await writeGguf(file, metadata, tensors);
}

type Entry = readonly [string, GgufValue];

function count(key: string, value: number): Entry {
  return [key, { type: 'u32', value }];
}

function vocabulary(size: number): Entry[] {
  const ids = Array.from({ length: size }, (_, i) => i);
  const byte = (i: number): string => `<0x${(i - 3).toString(16).toUpperCase().padStart(2, '0')}>`;
  const texts = ids.map((i) => ['<unk>', '<s>', '</s>'][i] ?? (i < 259 ? byte(i) : `word${i}`));
  // Unknown, control, byte, normal.
  const kinds = ids.map((i) => (i === 0 ? 2 : i < 3 ? 3 : i < 259 ? 6 : 1));
  return [
    ['tokenizer.ggml.model', { type: 'string', value: 'llama' }],
    ['tokenizer.ggml.tokens', { type: 'array', of: 'string', values: texts }],
    ['tokenizer.ggml.scores', { type: 'array', of: 'f32', values: ids.map((i) => -i) }],
    ['tokenizer.ggml.token_type', { type: 'array', of: 'i32', values: kinds }],
    count('tokenizer.ggml.bos_token_id', 1),
    count('tokenizer.ggml.eos_token_id', 2),
    count('tokenizer.ggml.unknown_token_id', 0),
  ];
}
