import { readGgufHeader, type GgufValue } from '@graft/kit';
import { encodingOf } from './encoding.ts';
import { readableHeader } from './file-range.ts';
import type { TensorEntries, TensorEntry } from './tensor-file.ts';

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
  const entries = tensors.map(({ name, shape, typeName, offset, bytes }): [string, TensorEntry] => [
    name,
    { name, shape, typeName, encoding: encodingOf(typeName), path, offset, bytes },
  ]);
  return { path, version, metadata, tensors: new Map(entries) };
}
