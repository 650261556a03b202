import { linearModules, type ModelConfig } from '@graft/training/architectures';

/**
 * Floating-point operations that a LoRA step cannot do without: two passes over the frozen matrices and the head,
 * three over the factors, and attention over the places before each.
 */
export function workOfStep(
  config: ModelConfig,
  { batch, length, lora }: { batch: number; length: number; lora: { rank: number } },
): number {
  const modules = linearModules(config);
  const frozen = modules.reduce((sum, { inputs, outputs }) => sum + inputs * outputs, 0);
  const factors = modules.reduce((sum, { inputs, outputs }) => sum + inputs + outputs, 0);
  const head = config.vocabulary * config.width;
  const seen = (length + 1) / 2;
  const attention = config.layers * config.heads * config.headWidth * seen;
  const perToken = 2 * (2 * (frozen + head) + 3 * lora.rank * factors + 6 * attention);
  return batch * length * perToken;
}
