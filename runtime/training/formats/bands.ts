import { setImmediate } from 'node:timers/promises';
import { sizeOf } from '../ir/shape.ts';
import { loadWeight } from './load-weight.ts';
import { sourceOf, type TensorEntry } from './tensor-file.ts';

/** Consecutive whole rows of a tensor, as f32. */
export interface Band {
  readonly weights: Float32Array;
  /** Index among the tensor's rows, counted across all outer axes. */
  readonly first: number;
  readonly rows: number;
}

export interface BandOptions {
  readonly signal?: AbortSignal | undefined;
  /** Numbers in memory at a time, in whole rows; default 4 Mi. */
  readonly band?: number | undefined;
}

/** Reads a tensor band by band; yields and checks `signal` between bands. Throws `bad-model` for an unreadable type. */
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
