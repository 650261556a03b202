import { stat, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type ModelEntry,
  type TrainedEmbedder,
  GraphError,
  type TrainedCrossEncoder,
} from '@graft/graph';
import type { ModelRequest } from './model-request.ts';
import { readSafetensorsHeader } from '@graft/kit';
import { readableHeader } from '../catalogue/model-folder-file.ts';

/** The folder of a trained encoder, loaded as the catalogue's encoders are. The stamp is its artifact's digest. */
export async function trainedEncoder(
  kind: 'embedder' | 'cross-encoder',
  { info, path, digest }: TrainedEmbedder['trained'] | TrainedCrossEncoder,
): Promise<Pick<ModelRequest, 'entry' | 'folder' | 'stamp'>> {
  const { id, weights, architecture, contextLength } = info;
  const { size } = await stat(join(path, weights));
  const entry: ModelEntry = {
    ...{ id, kind, architecture, contextLength, title: id },
    ...('dimension' in info ? { dimension: info.dimension } : {}),
    ...{ format: 'onnx', dtype: 'fp32' },
    licence: { id: 'that of its base model', consent: false },
    // f32: four bytes a parameter.
    parameters: Math.floor(size / 4),
    files: [{ path: weights, size, sources: [`file:${join(path, weights)}`] }],
  };
  return { entry, folder: path, stamp: digest };
}

/** Reads a query adapter's map, [dimension, dimension]. Throws `bad-model` for another shape or type, and `damaged-file`. */
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
