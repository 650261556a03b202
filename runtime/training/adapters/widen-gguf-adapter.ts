import type { GgufValue } from '@graft/kit';
import { readGguf } from '../formats/gguf-reader.ts';
import { writeGguf, type GgufTensor } from '../formats/gguf-writer.ts';
import { readWeight } from '../formats/load-weight.ts';
import { sourceOf, type TensorEntry } from '../formats/tensor-file.ts';

export interface WidenOptions {
  /** Target rank; more than the adapter's own. */
  readonly rank: number;
  readonly signal?: AbortSignal;
}

/**
 * Writes a GGUF adapter with a larger rank: adds zero rows to A and zero columns to B and scales α, so that the effect
 * stays the same. Throws `damaged-file`, and as `replaceFile` does.
 */
export async function widenGgufAdapter(
  from: string,
  to: string,
  { rank, signal }: WidenOptions,
): Promise<void> {
  const file = await readGguf(from);
  const tensors = [...file.tensors.values()];
  const metadata = new Map<string, GgufValue>(file.metadata);
  const alpha = metadata.get('adapter.lora.alpha');
  const own = tensors.find(isA)?.shape[0] ?? rank;
  // Absent or 0: the loader does not scale.
  if (alpha?.type === 'f32') {
    metadata.set('adapter.lora.alpha', { type: 'f32', value: (Number(alpha.value) * rank) / own });
  }
  // The file uses the writer's own alignment.
  metadata.delete('general.alignment');
  const widened = tensors.map((entry): GgufTensor => {
    const [rows = 0, columns = 0] = entry.shape;
    const shape: [number, number] = isA(entry) ? [rank, columns] : [rows, rank];
    const source = sourceOf(entry);
    return {
      ...{ name: entry.name, shape, encoding: source.encoding },
      bytes: async () => {
        signal?.throwIfAborted();
        const factor = await readWeight(source, entry.shape);
        return withZeros(factor, { shape: entry.shape, wide: shape });
      },
    };
  });
  await writeGguf(to, metadata, widened);
}

function isA({ name }: TensorEntry): boolean {
  return name.endsWith('.lora_a');
}

/** Copies a matrix of whole-byte numbers into the upper left of a larger one. */
function withZeros(
  matrix: Uint8Array,
  { shape, wide }: { readonly shape: readonly number[]; readonly wide: readonly [number, number] },
): Uint8Array {
  const [rows = 0, columns = 0] = shape;
  const [row, wideRow] = [matrix.length / rows, (matrix.length / rows / columns) * wide[1]];
  const filled = new Uint8Array(wide[0] * wideRow);
  for (let at = 0; at < rows; at++) {
    filled.set(matrix.subarray(at * row, (at + 1) * row), at * wideRow);
  }
  return filled;
}
