import { readGgufHeader, type GgufValue } from '@graft/kit';
import { readableHeader } from './file-range.ts';
import type { TensorEntries, TensorEntry } from './tensor-file.ts';
import type { WeightEncoding } from '../ir/executor.ts';

/** ggml_type numbers (ggml.h) of the encodings that can be written. */
export const ggmlNumbers: Readonly<Record<WeightEncoding, number>> = {
  f32: 0,
  f16: 1,
  bf16: 30,
  q8_0: 8,
  q4_0: 2,
  q4_1: 3,
  q4_k: 12,
  q6_k: 14,
};

export function encodingOfGgml(type: number): WeightEncoding | undefined {
  switch (type) {
    case 0:
      return 'f32';
    case 1:
      return 'f16';
    case 30:
      return 'bf16';
    case 8:
      return 'q8_0';
    case 2:
      return 'q4_0';
    case 3:
      return 'q4_1';
    case 12:
      return 'q4_k';
    case 14:
      return 'q6_k';
    default:
      return undefined;
  }
}

/** A GGUF file's header; tensor data stays on disk. */
export interface GgufFile {
  readonly path: string;
  readonly version: number;
  readonly metadata: ReadonlyMap<string, GgufValue>;
  readonly tensors: TensorEntries;
}

/** Reads the header. Throws `damaged-file` for another format or a file that ends too early, `missing-file`. */
export async function readGguf(path: string): Promise<GgufFile> {
  const { version, metadata, tensors } = await readableHeader(path, readGgufHeader);
  const entries = tensors.map(
    ({ name, shape, type, typeName, offset, bytes }): [string, TensorEntry] => [
      name,
      { name, shape, typeName, encoding: encodingOfGgml(type), path, offset, bytes },
    ],
  );
  return { path, version, metadata, tensors: new Map(entries) };
}
