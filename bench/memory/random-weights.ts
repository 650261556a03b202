import { randomFillSync } from 'node:crypto';
import {
  architectureOf,
  toGgufName,
  weightShapes,
  type ModelConfig,
} from '@graft/training/architectures';
import { encodedBytes, floatToHalf, unitOf, writeGguf } from '@graft/training/formats';
import { randomVocabulary } from './random-vocabulary.ts';

/** Encodings to write. `q4` is Q4_K with Q6_K for the embedding, as llama.cpp's Q4_K_M has it. */
export type Encoding = 'q4' | 'f16';
type Stored = 'q4_k' | 'q6_k' | 'f16' | 'f32';
type Metadata = Parameters<typeof writeGguf>[1];

const rope = { base: 1e6, scaling: { kind: 'none' } } as const;
/** Qwen3 1.7B. */
const config: ModelConfig = {
  ...{ architecture: architectureOf('gguf', 'qwen3', 'bench'), vocabulary: 151_936, width: 2048 },
  ...{ hiddenWidth: 6144, layers: 28, heads: 16, kvHeads: 8, headWidth: 128, context: 40_960 },
  ...{ normEpsilon: 1e-6, biases: [], tiedHead: true, rope, localRope: rope },
  ...{ slidingWindow: undefined, sliding: Array.from({ length: 28 }, () => false) },
  ...{ attentionScale: 128 ** -0.5, attentionSoftCap: undefined, logitSoftCap: undefined },
};

/** Bytes in memory at a time; whole blocks of every encoding. */
const pieceBlocks = 1 << 16;

/** Writes a model of Qwen3 1.7B's shape and vocabulary size with random matrices of deviation about 0.02, and gains 1. */
export async function writeRandomWeights(file: string, encoding: Encoding): Promise<void> {
  const tensors = [...weightShapes(config)].map(([name, shape]) => {
    const stored = storedAs(name, shape, encoding);
    const bytes = encodedBytes(
      stored,
      shape.reduce((product, axis) => product * axis, 1),
    );
    const stem = toGgufName(config.architecture, name) ?? name;
    return { name: stem, shape, encoding: stored, bytes: () => randomBytes(stored, bytes) };
  });
  await writeGguf(file, metadataOf(encoding), tensors);
}

function storedAs(name: string, shape: readonly number[], encoding: Encoding): Stored {
  if (shape.length < 2) return 'f32';
  if (encoding === 'f16') return 'f16';
  return name.startsWith('model.embed_tokens') ? 'q6_k' : 'q4_k';
}

async function* randomBytes(stored: Stored, total: number): AsyncGenerator<Uint8Array> {
  const size = unitOf(stored).bytes;
  for (let done = 0; done < total;) {
    const piece = new Uint8Array(Math.min(size * pieceBlocks, total - done));
    fill(stored, piece);
    yield piece;
    done += piece.length;
    await Promise.resolve();
  }
}

function fill(stored: Stored, piece: Uint8Array): void {
  const { buffer } = piece;
  if (stored === 'f32') {
    new Float32Array(buffer).fill(1);
    return;
  }
  randomFillSync(piece);
  const halves = new Uint16Array(buffer);
  if (stored === 'f16') {
    // A random sign and mantissa with the exponent of 1/64 to 1/32.
    for (let i = 0; i < halves.length; i++) halves[i] = ((halves[i] ?? 0) & 0x83ff) | (9 << 10);
    return;
  }
  const block = unitOf(stored).bytes / 2;
  for (let start = 0; start < halves.length; start += block) {
    if (stored === 'q6_k') {
      // A block's scale is its last number: scales of ±128 times values of ±32.
      halves[start + block - 1] = floatToHalf(1.5e-5);
    } else {
      // Scales up to 63 times values up to 15, less minima of about half of that.
      halves[start] = floatToHalf(1.25e-4);
      halves[start + 1] = floatToHalf(9.4e-4);
    }
  }
}

function metadataOf(encoding: Encoding): Metadata {
  const count = (value: number) => ({ type: 'u32', value }) as const;
  const real = (value: number) => ({ type: 'f32', value }) as const;
  const { hiddenWidth, layers, heads, kvHeads, headWidth, context, width, vocabulary } = config;
  return new Map([
    ['general.architecture', { type: 'string', value: 'qwen3' }],
    ['general.name', { type: 'string', value: 'random' }],
    ['general.file_type', count(encoding === 'f16' ? 1 : 15)],
    ['qwen3.vocab_size', count(vocabulary)],
    ['qwen3.context_length', count(context)],
    ['qwen3.embedding_length', count(width)],
    ['qwen3.block_count', count(layers)],
    ['qwen3.feed_forward_length', count(hiddenWidth)],
    ['qwen3.attention.head_count', count(heads)],
    ['qwen3.attention.head_count_kv', count(kvHeads)],
    ['qwen3.attention.key_length', count(headWidth)],
    ['qwen3.attention.value_length', count(headWidth)],
    ['qwen3.rope.freq_base', real(rope.base)],
    ['qwen3.attention.layer_norm_rms_epsilon', real(config.normEpsilon)],
    ...randomVocabulary(vocabulary),
  ]);
}
