import { GraphError, type TrainedEmbedder } from '@graft/graph';
import { readSafetensorsHeader } from '@graft/kit';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readableHeader } from '../catalogue/model-folder-file.ts';

/** The map of a query adapter's folder, [dimension, dimension]. Throws `bad-model` for another one, and `damaged-file`. */
export async function queryAdapterMatrix({
  path,
  info: { id, weights, dimension },
}: TrainedEmbedder['trained']): Promise<Float32Array> {
  const file = join(path, weights);
  const { tensors } = await readableHeader(file, readSafetensorsHeader);
  const found = tensors.find(({ name }) => name === 'linear.weight');
  const isMap =
    found?.dtype === 'F32' &&
    found.shape.every((size) => size === dimension) &&
    found.shape.length === 2;
  if (!isMap) {
    throw new GraphError(
      'bad-model',
      `${id} has no linear.weight of ${dimension} × ${dimension} numbers in f32. Train it again.`,
      { location: { file } },
    );
  }
  const bytes = (await readFile(file)).subarray(found.offset, found.offset + found.bytes);
  return new Float32Array(Uint8Array.from(bytes).buffer);
}
