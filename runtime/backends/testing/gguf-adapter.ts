import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { adapterGguf, type AdapterInfo } from '@graft/graph';
import { readGgufFileInfo } from 'node-llama-cpp';
import type { LlamaFile } from '../llama/llama-file.ts';
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

/** A linear congruential generator: the same adapter on every machine. From -1 to 1. */
function uniform(seed: number): () => number {
  let state = BigInt(seed) + 1n;
  return () => {
    state = BigInt.asUintN(64, state * 6_364_136_223_846_793_005n + 1_442_695_040_888_963_407n);
    return Number(state >> 33n) / 2 ** 30 - 1;
  };
}

/** What of a model an adapter changes: the output projections of attention, in all layers. */
const target = /^blk\.\d+\.attn_output\.weight$/;
const rank = 4;
const alpha = 8;
/** Of the largest factor: enough to change what is written, and not so much that it is noise. */
const size = 0.25;

/** Writes a LoRA adapter of random factors into a folder, as llama.cpp loads it, and says what it is. */
export async function writeRandomAdapter(
  base: LlamaFile,
  folder: string,
  seed: number,
): Promise<AdapterInfo> {
  const { tensorInfo = [], metadata } = await readGgufFileInfo(base.path);
  const random = uniform(seed);
  const factor = (name: string, [width, height]: [number, number]): Tensor => ({
    name,
    shape: [width, height],
    data: Float32Array.from({ length: width * height }, () => size * random()),
  });
  const tensors = tensorInfo
    .filter(({ name }) => target.test(name))
    .flatMap(({ name, dimensions: [inputs = 0, outputs = 0] }): Tensor[] => [
      factor(`${name}.lora_a`, [Number(inputs), rank]),
      factor(`${name}.lora_b`, [rank, Number(outputs)]),
    ]);
  const { architecture } = metadata.general;
  await writeFile(join(folder, adapterGguf), encode(architecture, tensors));
  return {
    id: `random-${seed}`,
    base: { id: base.id, digest: base.digest, architecture, heads: 9, kvHeads: 3 },
    ...{ method: 'lora', rank, alpha, targets: ['o_proj'], modules: [] },
    parameters: tensors.reduce((sum, { data }) => sum + data.length, 0),
    baseParameters: 0,
  };
}

interface Tensor {
  readonly name: string;
  /** Fastest first. */
  readonly shape: readonly [number, number];
  readonly data: Float32Array;
}

const [u32Type, f32Type, stringType, tensorF32] = [4, 6, 8, 0];
const alignment = 32;

/** GGUF version 3, little-endian. */
function encode(architecture: string, tensors: readonly Tensor[]): Buffer {
  const u32 = (value: number): Buffer => Buffer.from(Uint32Array.of(value).buffer);
  const u64 = (value: number): Buffer => Buffer.from(BigUint64Array.of(BigInt(value)).buffer);
  const text = (value: string): Buffer =>
    Buffer.concat([u64(Buffer.byteLength(value)), Buffer.from(value)]);
  const entry = (key: string, value: string): Buffer =>
    Buffer.concat([text(key), u32(stringType), text(value)]);
  const header = [Buffer.from('GGUF'), u32(3), u64(tensors.length), u64(5)];
  const entries = [
    entry('general.type', 'adapter'),
    entry('general.architecture', architecture),
    entry('adapter.type', 'lora'),
    Buffer.concat([
      ...[text('adapter.lora.alpha'), u32(f32Type)],
      Buffer.from(Float32Array.of(alpha).buffer),
    ]),
    Buffer.concat([text('general.alignment'), u32(u32Type), u32(alignment)]),
  ];
  let offset = 0;
  const infos: Buffer[] = [];
  const bodies: Buffer[] = [];
  for (const { name, shape, data } of tensors) {
    infos.push(text(name), u32(2), u64(shape[0]), u64(shape[1]), u32(tensorF32), u64(offset));
    const body = padded(Buffer.from(data.buffer));
    bodies.push(body);
    offset += body.length;
  }
  return Buffer.concat([padded(Buffer.concat([...header, ...entries, ...infos])), ...bodies]);
}

function padded(bytes: Buffer): Buffer {
  const missing = (alignment - (bytes.length % alignment)) % alignment;
  return Buffer.concat([bytes, Buffer.alloc(missing)]);
}
