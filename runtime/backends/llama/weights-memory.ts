import type { GgufHeader, GgufTensorInfo } from '@graft/kit';

export interface WeightsMemory {
  /** Of weights and vocabulary once they are loaded, pages of the file included. */
  readonly bytes: number;
  /** Whether llama.cpp should compute from pages of the file. */
  readonly mapped: boolean;
}

/**
 * On most CPUs llama.cpp computes from a copy of a matrix, arranged for the CPU's own instructions. By ggml type, the
 * bytes of a block in the copy over those in the file (ggml-cpu/repack.cpp, amx/mmq.cpp; node-llama-cpp 3.21.1).
 */
type Arranged = Readonly<Record<string, number>>;

const same = (...types: readonly string[]): Arranged =>
  Object.fromEntries(types.map((type) => [type, 1]));
/** Sums beside the values: 4 bytes a block, for IQ4_XS 2. */
const amx: Arranged = {
  ...same('F16', 'Q4_0', 'Q4_1', 'Q6_K'),
  ...{ Q8_0: 38 / 34, Q4_K: 148 / 144, Q5_K: 180 / 176, IQ4_XS: 138 / 136 },
};
const avx2 = same('Q4_0', 'Q4_K', 'IQ4_NL', 'MXFP4');
const avx512 = same('Q2_K');
const neon = same('Q4_0', 'Q8_0', 'Q2_K', 'Q4_K', 'Q5_K', 'Q6_K', 'IQ4_NL', 'MXFP4');

/** What llama.cpp arranges on a CPU, by what it says of it: `AVX2 = 1 | AMX_INT8 = 1 | REPACK = 1`. */
function arrangedOn(systemInfo: string): Arranged {
  const has = (feature: string): boolean => systemInfo.includes(`${feature} = 1`);
  const repacks = has('REPACK');
  return {
    ...(repacks && has('AVX2') ? avx2 : {}),
    ...(repacks && has('AVX512') ? avx512 : {}),
    ...(repacks && (has('DOTPROD') || has('MATMUL_INT8')) ? neon : {}),
    ...(has('AMX_INT8') ? amx : {}),
  };
}

/**
 * Bytes of a token, and of a merge: in llama.cpp's tables, of the weights and of the model that computes the size of
 * contexts, and in JavaScript's. Measured with a byte-level vocabulary of 150,000.
 */
const bytesOfEntry = 600;

/** What a GGUF file takes on a CPU. `systemInfo` is llama.cpp's. */
export function weightsOnCpu(
  { tensors, metadata }: Pick<GgufHeader, 'tensors' | 'metadata'>,
  systemInfo: string,
): WeightsMemory {
  const types = arrangedOn(systemInfo);
  // An encoder has no head at all.
  const isEncoder = architectureOf(metadata).includes('bert');
  const tied = !isEncoder && !tensors.some(({ name }) => name === 'output.weight');
  let [plain, copied, copies] = [0, 0, 0];
  for (const tensor of tensors) {
    const factor = isFactor(tensor) ? types[tensor.typeName] : undefined;
    const isTable = tensor.name === 'token_embd.weight';
    if (factor === undefined || isTable) plain += tensor.bytes;
    else copied += tensor.bytes;
    // The table is read by row. If it is the head as well, that is another copy.
    if (factor !== undefined && (!isTable || tied)) copies += factor * tensor.bytes;
  }
  // Pages that were only read to copy them would stay beside the copies, for as long as the file is mapped.
  const mapped = copied <= plain;
  const vocabulary = bytesOfEntry * (lengthOf(metadata, 'tokens') + lengthOf(metadata, 'merges'));
  return { bytes: plain + (mapped ? copied : 0) + copies + vocabulary, mapped };
}

function architectureOf(metadata: GgufHeader['metadata']): string {
  const value = metadata.get('general.architecture');
  return value?.type === 'string' && typeof value.value === 'string' ? value.value : '';
}

function isFactor({ shape }: GgufTensorInfo): boolean {
  return shape.length >= 2;
}

function lengthOf(metadata: GgufHeader['metadata'], key: string): number {
  const value = metadata.get(`tokenizer.ggml.${key}`);
  return value?.type === 'array' ? value.values.length : 0;
}
