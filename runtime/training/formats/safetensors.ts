import { readSafetensorsHeader, replaceFile } from '@graft/kit';
import type { WeightEncoding } from '../ir/executor.ts';
import type { Shape } from '../ir/shape.ts';
import { readableHeader } from './file-range.ts';
import { encode } from './encode.ts';
import type { TensorEntries, TensorEntry } from './tensor-file.ts';

/** A safetensors file's header (github.com/huggingface/safetensors); tensor data stays on disk. */
export interface SafetensorsFile {
  readonly path: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly tensors: TensorEntries;
}

const encodings: ReadonlyMap<string, WeightEncoding> = new Map([
  ['F32', 'f32'],
  ['F16', 'f16'],
  ['BF16', 'bf16'],
]);

/** Reads the header. Throws `damaged-file` for another format or a file that ends too early, `missing-file`. */
export async function readSafetensors(path: string): Promise<SafetensorsFile> {
  const { metadata, tensors } = await readableHeader(path, readSafetensorsHeader);
  const entries = tensors.map(({ name, shape, dtype, offset, bytes }): [string, TensorEntry] => [
    name,
    { name, shape, typeName: dtype, encoding: encodings.get(dtype), path, offset, bytes },
  ]);
  return { path, metadata, tensors: new Map(entries) };
}

export interface NamedTensor {
  readonly name: string;
  readonly shape: Shape;
  readonly data: Float32Array;
}

const dtypes = { f32: 'F32', f16: 'F16' } as const;

/** Writes tensors, sorted by name, atomically. */
export async function writeSafetensors(
  path: string,
  tensors: readonly NamedTensor[],
  {
    metadata = { format: 'pt' },
    encoding = 'f32',
  }: {
    readonly metadata?: Readonly<Record<string, string>>;
    readonly encoding?: keyof typeof dtypes;
  } = {},
): Promise<void> {
  const sorted = tensors.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  let end = 0;
  const described = sorted.map(({ name, shape, data }) => {
    const start = end;
    end += encoding === 'f16' ? data.length * 2 : data.byteLength;
    return [name, { dtype: dtypes[encoding], shape, data_offsets: [start, end] }];
  });
  const text = JSON.stringify({ __metadata__: metadata, ...Object.fromEntries(described) });
  // Spaces up to a multiple of eight, so that the data is aligned.
  const header = new TextEncoder().encode(
    text.padEnd(text.length + ((8 - (Buffer.byteLength(text) % 8)) % 8)),
  );
  const length = new Uint8Array(8);
  new DataView(length.buffer).setBigUint64(0, BigInt(header.length), true);
  await replaceFile(path, async (append) => {
    await append(length);
    await append(header);
    for (const tensor of sorted) await append(encode(encoding, tensor.data));
  });
}
