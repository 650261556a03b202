import { GraphError } from '@graft/graph';
import { setImmediate } from 'node:timers/promises';
import { readGgufConfig } from '../architectures/gguf-config.ts';
import { permuteRows } from '../architectures/paired-rows.ts';
import { fromGgufName } from '../architectures/tensor-names.ts';
import { encode } from '../formats/encode.ts';
import { readGguf } from '../formats/gguf-reader.ts';
import type { GgufValue } from '../formats/gguf-type.ts';
import { writeGguf, type GgufTensor } from '../formats/gguf-writer.ts';
import { loadWeight } from '../formats/load-weight.ts';
import { sourceOf } from '../formats/tensor-file.ts';
import { deltaOf } from './adapter.ts';
import type { WeightedAdapter } from './merge-adapters.ts';

/** llama.cpp's `general.file_type`. */
const fileTypes = { f32: 0, f16: 1, q8_0: 7 } as const;

export interface MergeTarget {
  readonly file: string;
  readonly encoding: keyof typeof fileTypes;
  readonly signal?: AbortSignal;
  /** Called before each tensor with how many are written. */
  readonly progress?: (done: number, total: number) => void;
}

/**
 * Writes base + Σ weight · ΔW as a standalone GGUF file with the base's metadata and tokenizer. One tensor is
 * in memory at a time, and other work and `signal` have their turn between two. Vectors stay f32, and rows that are no whole blocks f16, as llama.cpp's converter does.
 */
export async function mergeIntoGguf(
  base: string,
  adapters: readonly WeightedAdapter[],
  target: MergeTarget,
): Promise<void> {
  const file = await readGguf(base);
  const config = await readGgufConfig(file);
  const { architecture } = config;
  const pending = new Set(adapters.flatMap(({ adapter }) => [...adapter.modules.keys()]));
  const tensors = [...file.tensors.values()].map((entry, index): GgufTensor => {
    const path = fromGgufName(architecture, entry.name)?.replace(/\.weight$/, '') ?? '';
    const parts = adapters.flatMap(({ name, adapter, weight }) => {
      const module = adapter.modules.get(path);
      if (module === undefined) return [];
      if (entry.shape[0] !== module.outputs || entry.shape[1] !== module.inputs) {
        throw new GraphError(
          'bad-input',
          `"${name}" was trained on another base: ${path} is ${module.outputs} × ${module.inputs} there and ${entry.shape.join(' × ')} in ${base}`,
        );
      }
      return [{ adapter, module, weight }];
    });
    if (entry.name.endsWith('.weight')) pending.delete(path);
    const whole = (entry.shape.at(-1) ?? 0) % 32 === 0;
    const encoding =
      entry.shape.length < 2
        ? 'f32'
        : target.encoding === 'q8_0' && !whole
          ? 'f16'
          : target.encoding;
    return {
      name: entry.name,
      shape: entry.shape,
      encoding,
      bytes: async () => {
        target.progress?.(index, file.tensors.size);
        await setImmediate();
        target.signal?.throwIfAborted();
        const weights = (await loadWeight(sourceOf(entry), entry.shape)).slice();
        for (const { adapter, module, weight } of parts) {
          const delta = deltaOf(adapter, module);
          const query = path.endsWith('.q_proj');
          const paired =
            architecture.pairedRowsInGguf && (query || path.endsWith('.k_proj'))
              ? permuteRows(
                  delta,
                  { heads: query ? config.heads : config.kvHeads, rows: module.outputs },
                  'toPairs',
                )
              : delta;
          paired.forEach((x, i) => (weights[i] = (weights[i] ?? 0) + weight * x));
        }
        return encode(encoding, weights);
      },
    };
  });
  if (pending.size > 0) {
    throw new GraphError(
      'bad-input',
      `${base} has no ${[...pending].join(', ')}, which an adapter changes; choose the base it was trained on`,
      { location: { file: base } },
    );
  }
  const metadata = new Map<string, GgufValue>(file.metadata);
  metadata.set('general.file_type', { type: 'u32', value: fileTypes[target.encoding] });
  // The merged file is written with the writer's own alignment.
  metadata.delete('general.alignment');
  await writeGguf(target.file, metadata, tensors);
}
