import { GraphError } from '@graft/graph';
import type { WeightSource } from '../ir/executor.ts';
import { showShape, sizeOf, type Shape } from '../ir/shape.ts';
import { decode, encodedBytes } from './encoding.ts';
import { RangedFile } from './file-range.ts';
import { setImmediate } from 'node:timers/promises';
import { sourceOf, type TensorEntry } from './tensor-file.ts';

/** A frozen tensor's bytes as in its file. */
export async function readWeight(
  source: Extract<WeightSource, { kind: 'file' }>,
  shape: Shape,
): Promise<Uint8Array> {
  const expected = encodedBytes(source.encoding, sizeOf(shape));
  if (source.bytes !== expected) {
    throw new GraphError(
      'bad-model',
      `a ${source.encoding} tensor of ${showShape(shape)} takes ${expected} bytes, ${source.path} gives ${source.bytes}`,
      { location: { file: source.path } },
    );
  }
  await using file = await RangedFile.open(source.path);
  return await file.read(source.offset, source.bytes, 'a tensor');
}

/** A frozen tensor as f32, from wherever it is. */
export async function loadWeight(source: WeightSource, shape: Shape): Promise<Float32Array> {
  if (source.kind === 'file') return decode(source.encoding, await readWeight(source, shape));
  if (source.data.length !== sizeOf(shape)) {
    throw new GraphError(
      'internal',
      `a weight of ${showShape(shape)} is given ${source.data.length} numbers`,
      { audience: 'developer' },
    );
  }
  return source.data;
}

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
  /** Rows that stay together; default 1. */
  readonly together?: number | undefined;
}

/** Reads a tensor band by band; yields and checks `signal` between bands. Throws `bad-model` for an unreadable type. */
export async function* bandsOf(
  entry: TensorEntry,
  { signal, band = 1 << 22, together = 1 }: BandOptions,
): AsyncGenerator<Band> {
  const source = sourceOf(entry);
  const columns = entry.shape.at(-1) ?? 1;
  const rows = sizeOf(entry.shape) / columns;
  const rowBytes = source.bytes / rows;
  const most = together * Math.max(1, Math.floor(band / columns / together));
  for (let first = 0; first < rows; first += most) {
    await setImmediate();
    signal?.throwIfAborted();
    const count = Math.min(most, rows - first);
    const part = { offset: source.offset + first * rowBytes, bytes: count * rowBytes };
    const weights = await loadWeight({ ...source, ...part }, [count, columns]);
    yield { weights, first, rows: count };
  }
}
