import { GraphError } from '@graft/graph';
import { setImmediate } from 'node:timers/promises';
import { readGgufConfig } from '../architectures/gguf-config.ts';
import { permuteModule } from '../architectures/paired-rows.ts';
import { fromGgufName } from '../architectures/tensor-names.ts';
import { encode } from '../formats/encode.ts';
import { readGguf } from '../formats/gguf-reader.ts';
import type { GgufValue } from '../formats/gguf-type.ts';
import { writeGguf, type GgufTensor } from '../formats/gguf-writer.ts';
import { loadWeight } from '../formats/load-weight.ts';
import { sourceOf } from '../formats/tensor-file.ts';
import { deltaOf, type Adapter, type AdapterModule } from './adapter.ts';
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
 * Writes W + Σ weight · (W′ − W) as a standalone GGUF file with the base's metadata and tokenizer, where W′ is W with
 * one of the adapters: W + ΔW, or what DoRA makes of it. One tensor is in memory at a time, and other work and
 * `signal` have their turn between two. Vectors stay f32, and rows that are no whole blocks f16, as llama.cpp's
 * converter does.
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
    const parts = adapters.flatMap(({ name, adapter, weight }): Part[] => {
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
        const original = await loadWeight(sourceOf(entry), entry.shape);
        if (parts.length === 0) return encode(encoding, original);
        const weights = original.slice();
        for (const part of parts) {
          addAdapter({ weights, original }, part, (data) =>
            permuteModule(config, { path, data, rows: part.module.outputs }, 'toPairs'),
          );
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

interface Part {
  readonly adapter: Adapter;
  readonly module: AdapterModule;
  readonly weight: number;
}

/** Adds weight · (W′ − W); `order` puts rows from the published order into that of the file. */
function addAdapter(
  { weights, original }: { readonly weights: Float32Array; readonly original: Float32Array },
  { adapter, module, weight }: Part,
  order: (published: Float32Array) => Float32Array,
): void {
  const { inputs, outputs } = module;
  const delta = order(deltaOf(adapter, module));
  const magnitude = module.magnitude === undefined ? undefined : order(module.magnitude);
  for (let row = 0; row < outputs; row++) {
    const [start, end] = [row * inputs, (row + 1) * inputs];
    let gain = 1;
    if (magnitude !== undefined) {
      let square = 0;
      for (let i = start; i < end; i++) square += ((original[i] ?? 0) + (delta[i] ?? 0)) ** 2;
      gain = square === 0 ? 1 : (magnitude[row] ?? 0) / Math.sqrt(square);
    }
    for (let i = start; i < end; i++) {
      const own = original[i] ?? 0;
      weights[i] = (weights[i] ?? 0) + weight * (gain * (own + (delta[i] ?? 0)) - own);
    }
  }
}
