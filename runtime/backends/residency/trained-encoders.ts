import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type ModelEntry,
  type TrainedEmbedder,
  GraphError,
  type TrainedCrossEncoder,
} from '@graft/graph';
import { readFloatTensors } from '../onnx/float-tensors.ts';
import type { ModelRequest } from './model-request.ts';

/** The folder of a trained encoder, loaded as the catalogue's encoders are. The stamp is its artifact's digest. */
export async function trainedEncoder(
  kind: 'embedder' | 'cross-encoder',
  { info, path, digest }: TrainedEmbedder | TrainedCrossEncoder,
): Promise<Pick<ModelRequest, 'entry' | 'folder' | 'file' | 'stamp'>> {
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
  return { entry, folder: path, file: (name) => join(path, name), stamp: digest };
}

/** Reads a query adapter's map, [dimension, dimension]. Throws `bad-model` for another shape or type, and `damaged-file`. */
export async function queryAdapterMatrix({
  path,
  info: { id, weights, dimension },
}: TrainedEmbedder): Promise<Float32Array> {
  const file = join(path, weights);
  const name = 'linear.weight';
  const found = (await readFloatTensors(file, [name])).get(name);
  if (found?.shape.length !== 2 || !found.shape.every((size) => size === dimension)) {
    throw new GraphError(
      'bad-model',
      `${id} has no linear.weight of ${dimension} × ${dimension} numbers in f32. Train it again.`,
      { location: { file } },
    );
  }
  return found.data;
}
