import type { BaseModel } from '../architectures/base-model.ts';
import { requireWeight } from '../ir/executor.ts';
import { sizeOf, type Shape } from '../ir/shape.ts';
import { loadWeight } from '../formats/load-weight.ts';
import { Random, seedFor } from '../optimizer/random.ts';
import type { LoopRequest } from './training-plan.ts';

/**
 * Where training starts. LoRA as PEFT: A uniform within ±1/√inputs (Kaiming's rule with a = √5), B zero, so that the
 * adapter changes nothing at first. Full fine-tuning: the base's weights.
 */
export async function initialParameters(
  base: BaseModel,
  trainable: ReadonlyMap<string, Shape>,
  { method, seed }: Pick<LoopRequest, 'method' | 'seed'>,
): Promise<Map<string, Float32Array>> {
  const parameters = new Map<string, Float32Array>();
  for (const [name, shape] of trainable) {
    if (method.kind === 'full') {
      // A copy: training writes into it.
      const weights = await loadWeight(requireWeight(base.weights, name), shape);
      parameters.set(name, weights.slice());
    } else {
      parameters.set(
        name,
        name.endsWith('.lora_A.weight') ? kaiming(name, shape, seed) : zeros(shape),
      );
    }
  }
  return parameters;
}

function kaiming(name: string, shape: Shape, seed: number): Float32Array {
  const random = new Random(seedFor(name, seed));
  const bound = 1 / Math.sqrt(shape.at(-1) ?? 1);
  return zeros(shape).map(() => random.uniform(-bound, bound));
}

function zeros(shape: Shape): Float32Array {
  return new Float32Array(sizeOf(shape));
}
