import { GraphError, type ModelRef, type Training } from '@graft/graph';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { readGgufConfig } from '../architectures/gguf-config.ts';
import type { ModelConfig } from '../architectures/model-config.ts';
import { toGgufName } from '../architectures/tensor-names.ts';
import { weightShapes } from '../architectures/weight-shapes.ts';
import { encode } from '../formats/encode.ts';
import { readGguf } from '../formats/gguf-reader.ts';
import type { GgufValue } from '@graft/kit';
import { writeGguf, type GgufTensor } from '../formats/gguf-writer.ts';
import { sizeOf } from '../ir/shape.ts';
import { Random, seedFor } from '../optimizer/random.ts';
import { ggufFile, modelGguf, modelRef } from './model-file.ts';

type RandomModelRequest = Parameters<Training['randomModel']>[0];

/** Standard deviation of initial weights, as in GPT-2, Llama and most since. */
const deviation = 0.02;

/**
 * Writes a model with another's family and tokenizer and its own sizes: matrices are normal with deviation 0.02, gains
 * 1, biases 0. `location` is the other's `.gguf` file. The same seed gives the same bytes.
 */
export async function writeRandomModel(
  location: string,
  request: RandomModelRequest,
  signal: AbortSignal,
): Promise<ModelRef> {
  const like = await readGguf(await ggufFile(location, request.like.id));
  const config = resized(await readGgufConfig(like), request);
  const { architecture } = config;
  const id = `random-${architecture.name}-${config.layers}x${config.width}`;
  const metadata = new Map<string, GgufValue>([
    ['general.architecture', { type: 'string', value: architecture.gguf }],
    ['general.type', { type: 'string', value: 'model' }],
    ['general.name', { type: 'string', value: id }],
    ['general.file_type', { type: 'u32', value: 0 }],
    ...[...like.metadata].filter(([key]) => key.startsWith('tokenizer.')),
    ...sizesOf(like.metadata, config),
  ]);
  const tensors = [...weightShapes(config)].map(([name, shape]): GgufTensor => {
    const stored = toGgufName(architecture, name);
    if (stored === undefined) {
      throw new GraphError('internal', `${name} has no name in GGUF files`, {
        audience: 'developer',
      });
    }
    return {
      name: stored,
      shape,
      encoding: 'f32',
      bytes: async () => {
        await setImmediate();
        signal.throwIfAborted();
        return encode('f32', initial(name, sizeOf(shape), request.seed));
      },
    };
  });
  await writeGguf(path.join(request.folder, modelGguf), metadata, tensors);
  return modelRef(request.folder, { id, config }, signal);
}

/** The requested sizes; throws `bad-param` for those impossible in the family. */
function resized(like: ModelConfig, request: RandomModelRequest): ModelConfig {
  const { layers, width, heads, kvHeads, feedForward } = request;
  const refuse = (param: string, message: string): GraphError =>
    new GraphError('bad-param', message, { location: { param } });
  const headWidth = width / heads;
  if (!Number.isInteger(headWidth) || headWidth % 2 !== 0) {
    throw refuse(
      'heads',
      `A width of ${width} cannot be split over ${heads} heads: each must get an even, whole number. Choose a width that is a multiple of ${2 * heads}.`,
    );
  }
  if (heads % kvHeads !== 0) {
    throw refuse(
      'kvHeads',
      `${kvHeads} key heads cannot be shared by ${heads} heads. Choose a divisor of ${heads}.`,
    );
  }
  return { ...like, layers, width, heads, kvHeads, headWidth, hiddenWidth: feedForward };
}

/** The family's metadata with the sizes of `config`. */
function sizesOf(
  metadata: ReadonlyMap<string, GgufValue>,
  config: ModelConfig,
): ReadonlyMap<string, GgufValue> {
  const prefix = `${config.architecture.gguf}.`;
  const kept = new Map([...metadata].filter(([key]) => key.startsWith(prefix)));
  const set = (key: string, value: number): void => {
    kept.set(`${prefix}${key}`, { type: 'u32', value });
  };
  set('block_count', config.layers);
  set('embedding_length', config.width);
  set('feed_forward_length', config.hiddenWidth);
  set('attention.head_count', config.heads);
  set('attention.head_count_kv', config.kvHeads);
  set('attention.key_length', config.headWidth);
  set('attention.value_length', config.headWidth);
  set('rope.dimension_count', config.headWidth);
  set('vocab_size', config.vocabulary);
  return kept;
}

function initial(name: string, length: number, seed: number): Float32Array {
  if (name.endsWith('.bias')) return new Float32Array(length);
  if (name.includes('norm.')) return new Float32Array(length).fill(1);
  const random = new Random(seedFor(name, seed));
  return Float32Array.from({ length }, () => deviation * random.normal());
}
