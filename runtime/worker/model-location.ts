import { join } from 'node:path';
import type { UsedModels } from '@graft/backends/catalogue';
import { GraphError, type ModelSource } from '@graft/graph';

/**
 * Where a model's weights are as a base to train: its own path, else the `.gguf` file or the safetensors folder of the
 * catalogue's entry, downloaded first where it is missing. Throws `bad-model` for an entry without such files.
 */
export async function modelLocation(
  models: UsedModels,
  { id, digest, path }: ModelSource,
): Promise<string> {
  if (path !== undefined) return path;
  const { files } = models.entry(id);
  const gguf = files.find((file) => file.path.endsWith('.gguf'));
  if (gguf === undefined && !files.some((file) => file.path.endsWith('.safetensors'))) {
    throw new GraphError(
      'bad-model',
      `"${id}" has neither a GGUF file nor safetensors, which training needs. Choose another model`,
    );
  }
  const { folder } = await models.open(id, digest);
  return gguf === undefined ? folder : join(folder, gguf.path);
}

/** Where an encoder of the catalogue is, downloaded first where it is missing: safetensors where it has them, else ONNX. */
export async function encoderLocation(
  models: UsedModels,
  { id, digest }: ModelSource,
): Promise<{ readonly path: string; readonly weights: string }> {
  const { files } = models.entry(id);
  const weights =
    files.find(({ path }) => path.endsWith('.safetensors')) ??
    files.find(({ path }) => path.endsWith('.onnx'));
  if (weights === undefined) {
    throw new GraphError(
      'bad-model',
      `"${id}" has neither safetensors nor ONNX, which training an encoder needs. Choose another model`,
    );
  }
  return { path: (await models.open(id, digest)).folder, weights: weights.path };
}
