import { GgufBytes } from '@graft/kit/testing';

/** ggml's numbers of types, and bytes of 32 numbers. */
const types = { F32: [0, 128], F16: [1, 64], Q8_0: [8, 34] } as const;

/** A GGUF file of adapter factors, all zero: a module of 32 inputs and 64 outputs for each rank. */
export function adapterBytes(
  ranks: readonly number[],
  { type = 'F32' }: { readonly type?: keyof typeof types } = {},
): Buffer {
  const [number, bytes] = types[type];
  const file = GgufBytes.head(BigInt(2 * ranks.length), 0n);
  let offset = 0;
  const add = (name: string, axes: readonly [number, number]): void => {
    file.matrix(name, axes, { type: number, offset });
    offset = 32 * Math.ceil((offset + (axes[0] * axes[1] * bytes) / 32) / 32);
  };
  for (const [at, rank] of ranks.entries()) {
    add(`blk.${String(at)}.attn_q.weight.lora_a`, [32, rank]);
    add(`blk.${String(at)}.attn_q.weight.lora_b`, [rank, 64]);
  }
  return file.zeros(offset + 32).bytes();
}
