import { readFile } from 'node:fs/promises';
import { GraphError } from '@graft/graph';
import { readSafetensorsHeader } from '@graft/kit';
import { readableHeader } from '../catalogue/model-folder-file.ts';

/** A tensor in memory, row-major. */
export interface FloatTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/**
 * Tensors of a small safetensors file by name, those that it has. Throws `bad-model` for numbers of another type than
 * f32, and `damaged-file`.
 */
export async function readFloatTensors(
  file: string,
  names: readonly string[],
): Promise<ReadonlyMap<string, FloatTensor>> {
  const { tensors } = await readableHeader(file, readSafetensorsHeader);
  const wanted = tensors.filter(({ name }) => names.includes(name));
  const bytes = await readFile(file);
  return new Map(
    wanted.map(({ name, dtype, shape, offset, bytes: length }) => {
      if (dtype !== 'F32') {
        const message = `${name} has numbers of the type ${dtype}, but Graft reads it only in f32. Get the model in f32.`;
        throw new GraphError('bad-model', message, { location: { file } });
      }
      const own = Uint8Array.from(bytes.subarray(offset, offset + length));
      return [name, { shape, data: new Float32Array(own.buffer) }];
    }),
  );
}
