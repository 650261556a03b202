import type { GgufValue } from '@graft/kit';
import { bandsOf, type BandOptions } from './load-weight.ts';
import { encode, fileTypes } from './encode.ts';
import { RangedFile } from './file-range.ts';
import { readGguf } from './gguf-reader.ts';
import { writeGguf, type GgufTensor } from './gguf-writer.ts';
import { sourceOf, type TensorEntry } from './tensor-file.ts';

/** Bytes in memory at a time while copying a tensor. */
const copiedAtOnce = 1 << 24;

export interface ToQ80Options extends BandOptions {
  /** Whether to encode a two-axis tensor; others, and rows that are not whole blocks, stay as they are. */
  readonly encodesAnew: (tensor: Pick<TensorEntry, 'name' | 'typeName'>) => boolean;
  /** Called before each tensor with the number of tensors written. */
  readonly progress?: (done: number, total: number) => void;
}

/**
 * Writes a GGUF model with tensors in Q8_0: dequantises to f32, then quantises by ggml's own rule, a band of rows at a
 * time. Keeps metadata, tokenizer and the other tensors' bytes. Throws `bad-model` if a tensor's type cannot be read or
 * written, and as `replaceFile` does.
 */
export async function ggufToQ80(from: string, to: string, options: ToQ80Options): Promise<void> {
  const { encodesAnew, progress } = options;
  const file = await readGguf(from);
  const tensors = [...file.tensors.values()].map((entry, index): GgufTensor => {
    const { name, shape } = entry;
    const whole = shape.length >= 2 && (shape.at(-1) ?? 0) % 32 === 0;
    const anew = whole && encodesAnew(entry);
    return {
      ...{ name, shape },
      encoding: anew ? 'q8_0' : sourceOf(entry).encoding,
      bytes: () => {
        progress?.(index, file.tensors.size);
        return anew ? encodedAnew(entry, options) : copied(entry, options);
      },
    };
  });
  const metadata = new Map<string, GgufValue>(file.metadata);
  metadata.set('general.file_type', { type: 'u32', value: fileTypes.q8_0 });
  // The file uses the writer's own alignment.
  metadata.delete('general.alignment');
  await writeGguf(to, metadata, tensors);
}

async function* encodedAnew(entry: TensorEntry, options: BandOptions): AsyncGenerator<Uint8Array> {
  for await (const { weights } of bandsOf(entry, options)) yield encode('q8_0', weights);
}

async function* copied(entry: TensorEntry, { signal }: BandOptions): AsyncGenerator<Uint8Array> {
  const { path, offset, bytes } = sourceOf(entry);
  await using file = await RangedFile.open(path);
  for (let done = 0; done < bytes; done += copiedAtOnce) {
    signal?.throwIfAborted();
    yield await file.read(offset + done, Math.min(copiedAtOnce, bytes - done), 'a tensor');
  }
}
