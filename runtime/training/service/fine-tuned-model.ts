import { GraphError } from '@graft/graph';
import { setImmediate } from 'node:timers/promises';
import { readGgufConfig } from '../architectures/gguf-config.ts';
import { fromGgufName } from '../architectures/tensor-names.ts';
import { encode } from '../formats/encode.ts';
import { readGguf } from '../formats/gguf-reader.ts';
import type { GgufValue } from '@graft/kit';
import { writeGguf, type GgufTensor } from '../formats/gguf-writer.ts';
import { loadWeight } from '../formats/load-weight.ts';
import { sourceOf } from '../formats/tensor-file.ts';
import { sizeOf } from '../ir/shape.ts';
import type { Parameters } from '../optimizer/adamw.ts';

/** llama.cpp's `general.file_type` of files with f16 matrices. */
const mostlyF16 = 1;

/**
 * Writes trained weights as a standalone GGUF file with the base's metadata and tokenizer: matrices in f16, vectors in
 * f32, like llama.cpp's converter. Parameters have the base file's order, so none is permuted.
 */
export async function writeFineTuned(
  base: string,
  parameters: Parameters,
  target: { readonly file: string; readonly signal: AbortSignal },
): Promise<void> {
  const file = await readGguf(base);
  const { architecture } = await readGgufConfig(file);
  const pending = new Set(parameters.keys());
  const tensors = [...file.tensors.values()].map((entry): GgufTensor => {
    const name = fromGgufName(architecture, entry.name) ?? entry.name;
    const trained = parameters.get(name);
    pending.delete(name);
    if (trained !== undefined && trained.length !== sizeOf(entry.shape)) {
      throw new GraphError('internal', `"${name}" was trained with another size`, {
        audience: 'developer',
      });
    }
    const encoding = entry.shape.length < 2 ? 'f32' : 'f16';
    return {
      name: entry.name,
      shape: entry.shape,
      encoding,
      bytes: async () => {
        await setImmediate();
        target.signal.throwIfAborted();
        return encode(encoding, trained ?? (await loadWeight(sourceOf(entry), entry.shape)));
      },
    };
  });
  if (pending.size > 0) {
    throw new GraphError('internal', `${base} has no place for ${[...pending].join(', ')}`, {
      audience: 'developer',
    });
  }
  const metadata = new Map<string, GgufValue>(file.metadata);
  metadata.set('general.file_type', { type: 'u32', value: mostlyF16 });
  // The file uses the writer's own alignment.
  metadata.delete('general.alignment');
  await writeGguf(target.file, metadata, tensors);
}
