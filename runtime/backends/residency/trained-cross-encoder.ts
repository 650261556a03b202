import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ModelEntry, TrainedCrossEncoder } from '@graft/graph';
import type { ModelRequest } from './model-request.ts';

/** A cross-encoder's folder as one of the catalogue's is loaded; its stamp is the digest of its artifact. */
export async function trainedCrossEncoder({
  info,
  path,
  digest,
}: TrainedCrossEncoder): Promise<Pick<ModelRequest, 'entry' | 'folder' | 'stamp'>> {
  const { id, weights, architecture, contextLength } = info;
  const { size } = await stat(join(path, weights));
  const entry: ModelEntry = {
    ...{ id, architecture, contextLength, title: id },
    ...{ kind: 'cross-encoder', format: 'onnx', dtype: 'fp32' },
    licence: { id: 'that of its base model', consent: false },
    // A number for each four bytes.
    parameters: Math.floor(size / 4),
    files: [{ path: weights, size, sources: [`file:${join(path, weights)}`] }],
  };
  return { entry, folder: path, stamp: digest };
}
