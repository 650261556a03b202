import { GraphError } from '@graft/graph';
import { readGgufConfig } from '../architectures/gguf-config.ts';
import { permuteModule } from '../architectures/paired-rows.ts';
import { fromGgufName } from '../architectures/tensor-names.ts';
import { bandsOf, type Band, type BandOptions } from '../formats/load-weight.ts';
import { encode, fileTypes, type WrittenEncoding } from '../formats/encode.ts';
import { readGguf } from '../formats/gguf-reader.ts';
import type { GgufValue } from '@graft/kit';
import { writeGguf, type GgufTensor } from '../formats/gguf-writer.ts';
import type { TensorEntry } from '../formats/tensor-file.ts';
import { deltaOf, type Adapter, type AdapterModule } from './adapter.ts';
import type { AdapterTerm } from './merge-adapters.ts';

export interface MergeTarget extends BandOptions {
  readonly file: string;
  readonly encoding: WrittenEncoding;
  /** Called before each tensor with the number of tensors written. */
  readonly progress?: (done: number, total: number) => void;
}

/**
 * Writes W + Σ weight · (W′ − W) as a standalone GGUF file with the base's metadata and tokenizer. W′ is W with one of
 * the adapters: W + ΔW, or DoRA's result. Holds one band of rows in memory, and yields and checks `signal` between
 * bands. Like llama.cpp's converter, keeps vectors in f32, and rows that are no whole blocks in f16.
 */
export async function mergeIntoGguf(
  base: string,
  adapters: readonly AdapterTerm[],
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
    // Factors and magnitudes, rows in the order of the file.
    const order = ({ module, ...part }: Part): Part => {
      const rows = module.outputs;
      const toFile = (data: Float32Array): Float32Array =>
        permuteModule(config, { path, data, rows }, 'toPairs');
      const { b, magnitude } = module;
      const lengths = magnitude === undefined ? undefined : toFile(magnitude);
      return { ...part, module: { ...module, b: toFile(b), magnitude: lengths } };
    };
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
      bytes: () => {
        target.progress?.(index, file.tensors.size);
        return merged(entry, { parts: parts.map(order), encoding }, target);
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
  // The merged file uses the writer's own alignment.
  metadata.delete('general.alignment');
  await writeGguf(target.file, metadata, tensors);
}

interface Part {
  readonly adapter: Adapter;
  readonly module: AdapterModule;
  readonly weight: number;
}

/** A tensor's bytes with the adapters applied, band by band. */
async function* merged(
  entry: TensorEntry,
  { parts, encoding }: { readonly parts: readonly Part[]; readonly encoding: WrittenEncoding },
  target: MergeTarget,
): AsyncGenerator<Uint8Array> {
  for await (const { weights: original, first, rows } of bandsOf(entry, target)) {
    const weights = parts.length === 0 ? original : original.slice();
    for (const part of parts) addAdapter({ weights, original, first, rows }, part);
    yield encode(encoding, weights);
  }
}

interface ChangedBand extends Band {
  readonly original: Float32Array;
}

/** Adds weight · (W′ − W) to a band of rows. */
function addAdapter({ weights, original, first, rows }: ChangedBand, part: Part): void {
  const { adapter, module, weight } = part;
  const { inputs, rank, magnitude } = module;
  const b = module.b.subarray(first * rank, (first + rows) * rank);
  const delta = deltaOf(adapter, { ...module, outputs: rows, b });
  for (let row = 0; row < rows; row++) {
    const [start, end] = [row * inputs, (row + 1) * inputs];
    let gain = 1;
    if (magnitude !== undefined) {
      let square = 0;
      for (let i = start; i < end; i++) square += ((original[i] ?? 0) + (delta[i] ?? 0)) ** 2;
      gain = square === 0 ? 1 : (magnitude[first + row] ?? 0) / Math.sqrt(square);
    }
    for (let i = start; i < end; i++) {
      const own = original[i] ?? 0;
      weights[i] = (weights[i] ?? 0) + weight * (gain * (own + (delta[i] ?? 0)) - own);
    }
  }
}
