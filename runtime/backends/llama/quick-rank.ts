import { DamagedFile, readGgufHeader, type GgufHeader } from '@graft/kit';

/** Raise it when ranks are chosen or reached differently: earlier conversions are then redone. */
export const quickRankVersion = 1;

/**
 * Numbers that llama.cpp's widest CPU matrix kernels (AVX-512) take at once. A product whose inner axis is not a
 * multiple computes its result number by number. Measured in CPU time on SmolLM2-135M: B of rank 8 takes 0.57 ms a
 * token, padded to 16 it takes 0.23, and all its matrices in Q8_0 take 1.43.
 */
const step = 16;

/** Encodings without blocks. */
const plain = new Set(['F32', 'F16', 'BF16']);

/**
 * The rank at which a CPU runs a GGUF adapter fastest; undefined: its own, also if its modules have several ranks, or
 * its header is damaged, which llama.cpp will report. Depends only on the file.
 */
export async function quickRankOf(file: string): Promise<number | undefined> {
  const { tensors } = await readGgufHeader(file).catch(nothingOfDamaged);
  const ranks = new Set(tensors.map(({ name, shape }) => shape[name.endsWith('.lora_a') ? 0 : 1]));
  const [rank] = ranks;
  if (ranks.size !== 1 || rank === undefined || rank % step === 0) return undefined;
  if (tensors.some(({ typeName, shape }) => shape.length !== 2 || !plain.has(typeName))) {
    return undefined;
  }
  return step * Math.ceil(rank / step);
}

function nothingOfDamaged(error: unknown): Pick<GgufHeader, 'tensors'> {
  if (error instanceof DamagedFile) return { tensors: [] };
  throw error;
}
