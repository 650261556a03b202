import type { GgufConverter } from '@graft/backends/catalogue';

/** Makes GGUF files of safetensors, for the catalogue: its package knows nothing of weights. Loaded when used. */
export const ggufConverter: GgufConverter = async (folder, options) =>
  (await import('@graft/training/conversion')).planGguf(folder, options);
