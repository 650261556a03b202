import type { Builder } from '../ir/builder.ts';
import type { Value } from '../ir/op.ts';
import type { ModelConfig } from './model-config.ts';

/**
 * GGUF files of the `llama` architecture hold each head's rows of q and k interleaved: row 2i is published
 * row i, row 2i + 1 is published row i + head/2. Bases are used as they lie, so the activations are put in
 * the published order instead; adapters are always in the published order and permuted only on their way
 * into a GGUF file.
 */
export function publishedHeads(b: Builder, x: Value): Value {
  // [..., head] → [..., head/2, 2] → [..., 2, head/2] → [..., head]
  const head = x.shape.at(-1) ?? 0;
  const outer = x.shape.slice(0, -1);
  const paired = b.reshape(x, [...outer, head / 2, 2]);
  const order = outer.map((_, axis) => axis);
  return b.reshape(b.transpose(paired, [...order, outer.length + 1, outer.length]), x.shape);
}

/** Rows of a [heads · head, columns] matrix from the published order to GGUF's, or back. */
export function permuteRows(
  data: Float32Array,
  size: { readonly heads: number; readonly rows: number },
  direction: 'toPairs' | 'fromPairs',
): Float32Array {
  const columns = data.length / size.rows;
  const head = size.rows / size.heads;
  const result = new Float32Array(data.length);
  for (let row = 0; row < size.rows; row++) {
    const [start, within] = [row - (row % head), row % head];
    // Where published row `within` stands in pairs.
    const paired = start + (within < head / 2 ? 2 * within : 2 * (within - head / 2) + 1);
    const [from, to] = direction === 'toPairs' ? [row, paired] : [paired, row];
    result.set(data.subarray(from * columns, (from + 1) * columns), to * columns);
  }
  return result;
}

/**
 * Rows of a module's matrix, or numbers one per row, between the published order and that of the architecture's GGUF
 * files: q and k of some architectures are permuted, all others are given back as they are.
 */
export function permuteModule(
  config: Pick<ModelConfig, 'architecture' | 'heads' | 'kvHeads'>,
  given: { readonly path: string; readonly data: Float32Array; readonly rows: number },
  direction: 'toPairs' | 'fromPairs',
): Float32Array {
  const { path, data, rows } = given;
  const query = path.endsWith('.q_proj');
  if (!config.architecture.pairedRowsInGguf || !(query || path.endsWith('.k_proj'))) return data;
  return permuteRows(data, { heads: query ? config.heads : config.kvHeads, rows }, direction);
}
