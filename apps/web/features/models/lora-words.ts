import { isTrainablePrecision, trainableArchitectures, type ModelKind } from '@graft/graph';

interface Weights {
  readonly kind: ModelKind;
  readonly format: 'gguf' | 'onnx' | 'safetensors';
  readonly architecture: string;
  /** `q4_k_m`, `Q8_0`, `f16`. */
  readonly precision: string;
}

/** Whether LoRA training works on a model; undefined for what is no language model. */
export function loraWords({ kind, format, architecture, precision }: Weights): string | undefined {
  if (kind !== 'language-model') return undefined;
  if (!trainableArchitectures.includes(architecture))
    return `LoRA training does not work: Graft cannot train the architecture ${architecture}`;
  if (format === 'gguf' && !isTrainablePrecision(precision))
    return `LoRA training does not work with ${precision}. Choose Q4_K_M, Q8_0 or F16`;
  return 'You can train a LoRA adapter on it';
}
