import { setImmediate } from 'node:timers/promises';
import { sizeOf } from '../ir/shape.ts';
import { loadWeight } from './load-weight.ts';
import { sourceOf, type TensorEntry } from './tensor-file.ts';

/** Whole rows of a tensor, one after another, as f32. */
export interface Band {
  readonly weights: Float32Array;
  /** Of the tensor's rows; those of all outer axes are counted through. */
  readonly first: number;
  readonly rows: number;
}

export interface BandOptions {
  readonly signal?: AbortSignal | undefined;
  /** Numbers in memory at a time, of whole rows; default 4 Mi. */
  readonly band?: number | undefined;
}

/**
 * A tensor's numbers, a band of rows after another; other work and `signal` have their turn between two. Throws
 * `bad-model` for a type that cannot be read.
 */
export async function* bandsOf(
  entry: TensorEntry,
  { signal, band = 1 << 22 }: BandOptions,
): AsyncGenerator<Band> {
  const source = sourceOf(entry);
  const columns = entry.shape.at(-1) ?? 1;
  const rows = sizeOf(entry.shape) / columns;
  const rowBytes = source.bytes / rows;
  const most = Math.max(1, Math.floor(band / columns));
  for (let first = 0; first < rows; first += most) {
    await setImmediate();
    signal?.throwIfAborted();
    const count = Math.min(most, rows - first);
    const part = { offset: source.offset + first * rowBytes, bytes: count * rowBytes };
    const weights = await loadWeight({ ...source, ...part }, [count, columns]);
    yield { weights, first, rows: count };
  }
}
