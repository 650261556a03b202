import { GraphError } from '@graft/graph';
import type { WeightSource } from '../ir/executor.ts';
import { showShape, sizeOf, type Shape } from '../ir/shape.ts';
import { decode, encodedBytes } from './encoding.ts';
import { RangedFile } from './file-range.ts';

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
