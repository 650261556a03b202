import { readGgufHeader, type GgufTensorInfo } from '@graft/kit';
import { readableHeader } from '../catalogue/model-folder-file.ts';
import type { LlamaFile } from './llama-file.ts';

/** Raised where another form is chosen, or made otherwise: then what was made before is made anew. */
export const quickFormVersion = 1;

/** What a model reads as on a CPU where that is quicker than as it was published. */
export interface QuickForm {
  readonly encoding: 'Q8_0';
  /** The encoding of most of what is converted. */
  readonly madeFrom: string;
  /** How many times as quick prompts are expected to be read. */
  readonly quicker: number;
}

/**
 * Tokens that llama.cpp reads in a second of one core, as ratios to Q8_0, by encoding of the matrices. Measured by
 * processor time on x86-64 with AVX-512 (node-llama-cpp 3.21.1, pieces of 64 tokens): SmolLM2-135M, and for the
 * encodings in blocks of 256 a model of random weights, 768 wide. Q4_0 and Q4_K are repacked as they are loaded.
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

/** Below that, a file of its own is not worth its room. */
const leastGain = 1.25;

/**
 * The matrices that llama.cpp's own quantiser encodes in every architecture. Its operations ask for floats in others,
 * such as the router of a mixture.
 */
const matrices =
  /^(token_embd|output|blk\.\d+\.(attn_(q|k|v|qkv|output)|ffn_(gate|up|down)(_exps|_shexp)?))\.weight$/;

/** Whether a tensor is read quicker in Q8_0 than as it stands. */
export function readsQuicker({
  name,
  typeName,
}: Pick<GgufTensorInfo, 'name' | 'typeName'>): boolean {
  return matrices.test(name) && (speeds[typeName] ?? 1) < 1;
}

/**
 * What to read a GGUF file as on a CPU; undefined: as it is. A matter of the file alone, so that the cache keys that name
 * the model name this, too. Of one in several parts, or with types that cannot be written anew, nothing is made.
 */
export async function quickFormOf({ path }: LlamaFile): Promise<QuickForm | undefined> {
  const { metadata, tensors } = await readableHeader(path, readGgufHeader);
  if (metadata.has('split.count')) return undefined;
  if (tensors.some(({ typeName }) => speeds[typeName] === undefined)) return undefined;
  const converted = new Map<string, number>();
  let [before, after] = [0, 0];
  for (const tensor of tensors) {
    const { name, typeName } = tensor;
    // What is looked up, or computed for the last token alone, takes no time in reading.
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
