import { readGgufHeader, type GgufTensorInfo } from '@graft/kit';
import { readableHeader } from '../catalogue/model-folder-file.ts';
import type { LlamaFile } from './llama-file.ts';

/** Raise it when encodings are chosen or written differently: earlier conversions are then redone. */
export const quickFormVersion = 1;

/** The faster encoding of a model on a CPU. */
export interface QuickForm {
  readonly encoding: 'Q8_0';
  /** The encoding of most converted tensors. */
  readonly madeFrom: string;
  /** Expected speed-up of reading prompts. */
  readonly quicker: number;
}

/**
 * Reading speed of llama.cpp, in tokens per second and core relative to Q8_0, by matrix encoding. Measured in CPU time
 * on x86-64 with AVX-512 (node-llama-cpp 3.21.1, pieces of 64 tokens): SmolLM2-135M, and for encodings in blocks of 256
 * a random model of width 768. llama.cpp repacks Q4_0 and Q4_K on loading.
 */
const speeds: Readonly<Record<string, number>> = {
  F32: 0.43,
  F16: 0.45,
  BF16: 0.76,
  Q4_0: 1.26,
  Q4_1: 0.5,
  Q4_K: 1.39,
  Q6_K: 0.63,
  Q8_0: 1,
};

/** Below this, a separate file is not worth its space. */
const leastGain = 1.25;

/**
 * The matrices that llama.cpp's own quantiser encodes in every architecture. Its operations require floats in others,
 * such as the router of a mixture.
 */
const matrices =
  /^(token_embd|output|blk\.\d+\.(attn_(q|k|v|qkv|output)|ffn_(gate|up|down)(_exps|_shexp)?))\.weight$/;

/** Whether a tensor is read faster in Q8_0 than as it is. */
export function readsQuicker({
  name,
  typeName,
}: Pick<GgufTensorInfo, 'name' | 'typeName'>): boolean {
  return matrices.test(name) && (speeds[typeName] ?? 1) < 1;
}

/**
 * The encoding to read a GGUF file in on a CPU; undefined: as it is. Depends only on the file, so that a cache key that
 * names the model covers it. Never converts split files, or files with types that cannot be written.
 */
export async function quickFormOf({ path }: LlamaFile): Promise<QuickForm | undefined> {
  const { metadata, tensors } = await readableHeader(path, readGgufHeader);
  if (metadata.has('split.count')) return undefined;
  if (tensors.some(({ typeName }) => speeds[typeName] === undefined)) return undefined;
  const converted = new Map<string, number>();
  let [before, after] = [0, 0];
  for (const tensor of tensors) {
    const { name, typeName } = tensor;
    // Tables that are looked up, and tensors used only for the last token, do not affect reading speed.
    if (!matrices.test(name) || !name.startsWith('blk.')) continue;
    const numbers = tensor.shape.reduce((product, axis) => product * axis, 1);
    const time = numbers / (speeds[typeName] ?? 1);
    before += time;
    after += Math.min(time, numbers);
    if (readsQuicker(tensor)) converted.set(typeName, (converted.get(typeName) ?? 0) + numbers);
  }
  const quicker = before / after;
  const [most] = [...converted].sort(([, a], [, b]) => b - a);
  if (most === undefined || quicker < leastGain) return undefined;
  return { encoding: 'Q8_0', madeFrom: most[0], quicker };
}
