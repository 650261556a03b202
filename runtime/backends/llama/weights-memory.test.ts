import { expect, it } from 'vitest';
import type { GgufHeader } from '@graft/kit';
import { weightsOnCpu } from './weights-memory.ts';

const plain = 'CPU : AVX2 = 0 | REPACK = 0 | ';
const avx2 = 'CPU : SSE3 = 1 | AVX2 = 1 | LLAMAFILE = 1 | REPACK = 1 | ';
const amx = `${avx2}AVX512 = 1 | AMX_INT8 = 1 | `;
const neon = 'CPU : NEON = 1 | ARM_FMA = 1 | DOTPROD = 1 | REPACK = 1 | ';

/** Sizes of Qwen3 1.7B: matrices of the layers, and the embedding, which is the head as well. */
const tensor = (name: string, typeName: string, bytes: number) => ({
  ...{ name, typeName, bytes, shape: [1024, 1024], type: 0, offset: 0 },
});
const q4 = [
  tensor('token_embd.weight', 'Q6_K', 255e6),
  tensor('blk.0.ffn_up.weight', 'Q4_K', 792e6),
];
const f16 = [
  tensor('token_embd.weight', 'F16', 622e6),
  tensor('blk.0.ffn_up.weight', 'F16', 2818e6),
];
const norm = { ...tensor('blk.0.attn_norm.weight', 'F32', 1e6), shape: [1024] };
const of = (tensors: GgufHeader['tensors'], systemInfo: string) =>
  weightsOnCpu({ tensors: [...tensors, norm], metadata: new Map() }, systemInfo);

it('maps a file that llama.cpp computes from as it is', () => {
  expect(of(q4, plain)).toEqual({ bytes: 1048e6, mapped: true });
  expect(of(f16, avx2)).toEqual({ bytes: 3441e6, mapped: true });
});

it('reads a file whose matrices llama.cpp rearranges, so that only the copies stay', () => {
  expect(of(q4, avx2)).toEqual({ bytes: 1048e6, mapped: false });
});

it('counts a second copy of a table that is the head as well, and sums beside the values', () => {
  // As measured on such a CPU: 1,070 MB of copies beside the table.
  expect(of(q4, amx).bytes / 1e6).toBeCloseTo(1 + 255 + 255 + (792 * 148) / 144);
  expect(of(q4, neon)).toEqual({ bytes: (1 + 255 + 255 + 792) * 1e6, mapped: false });
  expect(of(f16, amx)).toEqual({ bytes: (1 + 622 + 622 + 2818) * 1e6, mapped: false });
});

it('counts a separate head once, and its table as it is', () => {
  const tensors = [
    tensor('token_embd.weight', 'Q8_0', 340e6),
    tensor('output.weight', 'Q8_0', 340e6),
  ];
  const { bytes, mapped } = of(tensors, amx);
  expect(bytes / 1e6).toBeCloseTo(1 + 340 + 340 + (340 * 38) / 34);
  expect(mapped).toBe(true);
  expect(of(tensors, avx2).bytes).toBe(681e6);
});

it('keeps both a file and its copies while most of it is read as it is', () => {
  const mixed = [
    tensor('blk.0.ffn_up.weight', 'Q5_0', 600e6),
    tensor('blk.0.attn_q.weight', 'Q4_K', 144e6),
  ];
  expect(of(mixed, amx)).toEqual({ bytes: (1 + 600 + 144 + 148) * 1e6, mapped: true });
});

it('counts the vocabulary', () => {
  const values = Array.from({ length: 1000 }, String);
  const metadata = new Map([
    ['tokenizer.ggml.tokens', { type: 'array', of: 'string', values }],
    ['tokenizer.ggml.merges', { type: 'array', of: 'string', values }],
  ] as const);
  expect(weightsOnCpu({ tensors: [], metadata }, amx).bytes).toBe(1_200_000);
});
