import type { ModelSource } from '@graft/graph';

/**
 * Absolute path of a model's weights as `openBaseModel` takes it, a `.gguf` file or a folder with safetensors,
 * downloaded first where it is missing. Throws `bad-model`, `missing-file`, `no-space` or `cancelled`.
 */
export type ModelResolver = (model: ModelSource) => Promise<string>;

/**
 * Where an encoder of the catalogue is: the absolute path of its folder, which holds `config.json` and the tokenizer, and
 * the path of its weights in it. Throws as `ModelResolver` does.
 */
export type EncoderResolver = (
  model: ModelSource,
) => Promise<{ readonly path: string; readonly weights: string }>;
