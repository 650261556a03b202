import { GraphError, type ModelRef, type ModelSource } from '@graft/graph';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { ModelConfig } from '../architectures/model-config.ts';
import { hashFile } from '@graft/kit';

/** Name of the weights' file in a model artifact. */
export const modelGguf = 'model.gguf';

/** The model's own GGUF file, whose metadata and tokenizer a new file copies; throws `bad-model` for a folder. */
export async function ggufFile(location: string, id: string): Promise<string> {
  const folder = await stat(location).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (!folder) return location;
  throw new GraphError(
    'bad-model',
    `${id} is a folder of safetensors, which has no tokenizer in GGUF form; convert it with graft models import ${id} --to gguf, and choose the result`,
  );
}

/** Describes the `model.gguf` just written into a folder. */
export async function modelRef(
  folder: string,
  { id, config }: { readonly id: string; readonly config: ModelConfig },
  signal: AbortSignal,
): Promise<ModelRef> {
  return {
    id,
    digest: (await hashFile(path.join(folder, modelGguf), signal)).digest,
    weights: modelGguf,
    architecture: config.architecture.gguf,
    format: 'gguf',
    contextLength: config.context,
  };
}

/**
 * Absolute path of a model's weights for `openBaseModel`, a `.gguf` file or a folder with safetensors; downloads them
 * if missing. Throws `bad-model`, `missing-file`, `no-space` or `cancelled`.
 */
export type ModelResolver = (model: ModelSource) => Promise<string>;

/**
 * Location of a catalogue encoder: the absolute path of its folder, which holds `config.json` and the tokenizer, and
 * the path of its weights within. Throws as `ModelResolver` does.
 */
export type EncoderResolver = (
  model: ModelSource,
) => Promise<{ readonly path: string; readonly weights: string }>;
