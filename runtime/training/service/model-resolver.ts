import type { ModelSource } from '@graft/graph';

/**
 * Absolute path of a model's weights as `openBaseModel` takes it, a `.gguf` file or a folder with safetensors,
 * downloaded first where it is missing. Throws `bad-model`, `missing-file`, `no-space` or `cancelled`.
 */
export type ModelResolver = (model: ModelSource) => Promise<string>;
