import type { UsedModels } from '@graft/backends/catalogue';
import { GraphError, type ModelSource } from '@graft/graph';

/**
 * Location of a model's weights as a base for training: its own path, else the catalogue entry's `.gguf` file or
 * safetensors folder; downloads it if missing. Throws `bad-model` for an entry without such files.
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
  const { folder, file } = await models.open(id, digest);
  return gguf === undefined ? folder : file(gguf.path);
}

/** Location of a catalogue encoder, downloaded if missing: safetensors if available, else ONNX. */
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
