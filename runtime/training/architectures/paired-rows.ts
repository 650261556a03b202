import type { Builder } from '../ir/builder.ts';
import type { Value } from '../ir/op.ts';
import type { ModelConfig } from './model-config.ts';

/**
 * GGUF files of the `llama` architecture interleave each head's rows of q and k: row 2i is published row i, row 2i + 1
 * is published row i + head/2. The program uses bases, and their queries and keys, in that order, because scores do not
 * depend on an order that both share. Adapters always have the published order; this reorders the numbers of each row,
 * [heads · head, …], to the file's.
 */
export function pairedRows(b: Builder, rows: Value, heads: number): Value {
  const [count = 0, ...rest] = rows.shape;
  // [heads · head, …] → [heads, 2, head/2, …] → [heads, head/2, 2, …] → [heads · head, …]
  const halves = b.reshape(rows, [heads, 2, count / heads / 2, ...rest]);
  const order = [0, 2, 1, ...rest.map((_, axis) => axis + 3)];
  return b.reshape(b.transpose(halves, order), rows.shape);
}

/** Reorders rows of a [heads · head, columns] matrix from the published order to GGUF's, or back. */
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
    // Position of published row `within` in the interleaved order.
    const paired = start + (within < head / 2 ? 2 * within : 2 * (within - head / 2) + 1);
    const [from, to] = direction === 'toPairs' ? [row, paired] : [paired, row];
    result.set(data.subarray(from * columns, (from + 1) * columns), to * columns);
  }
  return result;
}

/**
 * Reorders rows of a module's matrix, or one number per row, between the published order and that of the architecture's
 * GGUF files: permutes q and k of some architectures, and returns all others unchanged.
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
