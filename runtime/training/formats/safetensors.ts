import { GraphError } from '@graft/graph';
import { z } from 'zod';
import type { WeightEncoding } from '../ir/executor.ts';
import { sizeOf, type Shape } from '../ir/shape.ts';
import { writeAtomically } from './atomic-file.ts';
import { RangedFile, truncated } from './file-range.ts';
import { encode } from './encode.ts';
import type { TensorEntries, TensorEntry } from './tensor-file.ts';

/** A safetensors file's header (github.com/huggingface/safetensors); tensor data stays on disk. */
export interface SafetensorsFile {
  readonly path: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly tensors: TensorEntries;
}

const size = z.number().int().nonnegative();
const tensorSchema = z.object({
  dtype: z.string(),
  shape: z.array(size),
  data_offsets: z.tuple([size, size]),
});
const headerSchema = z
  .object({ __metadata__: z.record(z.string(), z.string()).optional() })
  .catchall(tensorSchema);

/** The format's own limit, in bytes. */
const largestHeader = 100_000_000;

const encodings: Readonly<Record<string, WeightEncoding>> = {
  F32: 'f32',
  F16: 'f16',
  BF16: 'bf16',
};

export async function readSafetensors(path: string): Promise<SafetensorsFile> {
  await using file = await RangedFile.open(path);
  const start = await file.read(0, 8, 'the header length');
  const length = Number(new DataView(start.buffer).getBigUint64(0, true));
  const damaged = (reason: string, cause?: unknown): GraphError =>
    new GraphError('bad-input', `${path} is not a readable safetensors file: ${reason}`, {
      location: { file: path },
      cause,
    });
  if (length > largestHeader) throw damaged(`its header claims ${length} bytes`);
  const bytes = await file.read(8, length, 'the header');
  let header;
  try {
    header = headerSchema.parse(JSON.parse(new TextDecoder().decode(bytes)));
  } catch (cause) {
    throw damaged('its header is not the JSON that the format asks for', cause);
  }
  const { __metadata__: metadata = {}, ...described } = header;
  const tensors = new Map<string, TensorEntry>();
  for (const [name, tensor] of Object.entries(described)) {
    const [from, to] = tensor.data_offsets;
    if (8 + length + to > file.size) {
      throw truncated(file, { what: `tensor "${name}"`, end: 8 + length + to });
    }
    if (to < from) throw damaged(`tensor "${name}" ends before it starts`);
    const encoding = encodings[tensor.dtype];
    const unit = encoding === 'f32' ? 4 : 2;
    if (encoding !== undefined && to - from !== sizeOf(tensor.shape) * unit) {
      throw damaged(
        `tensor "${name}" has ${to - from} bytes for [${tensor.shape.join(', ')}] ${tensor.dtype}`,
      );
    }
    tensors.set(name, {
      name,
      shape: tensor.shape,
      typeName: tensor.dtype,
      encoding,
      path,
      offset: 8 + length + from,
      bytes: to - from,
    });
  }
  return { path, metadata, tensors };
}

export interface NamedTensor {
  readonly name: string;
  readonly shape: Shape;
  readonly data: Float32Array;
}

/** Writes f32 tensors, sorted by name, atomically. */
export async function writeSafetensors(
  path: string,
  tensors: readonly NamedTensor[],
  metadata: Readonly<Record<string, string>> = { format: 'pt' },
): Promise<void> {
  const sorted = tensors.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  let end = 0;
  const described = sorted.map(({ name, shape, data }) => {
    const start = end;
    end += data.byteLength;
    return [name, { dtype: 'F32', shape, data_offsets: [start, end] }];
  });
  const text = JSON.stringify({ __metadata__: metadata, ...Object.fromEntries(described) });
  // Spaces up to a multiple of eight, so that the data is aligned.
  const header = new TextEncoder().encode(
    text.padEnd(text.length + ((8 - (Buffer.byteLength(text) % 8)) % 8)),
  );
  const length = new Uint8Array(8);
  new DataView(length.buffer).setBigUint64(0, BigInt(header.length), true);
  await writeAtomically(path, async (append) => {
    await append(length);
    await append(header);
    for (const tensor of sorted) await append(encode('f32', tensor.data));
  });
}
