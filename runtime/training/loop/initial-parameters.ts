import { GraphError } from '@graft/graph';
import type { BaseModel } from '../architectures/base-model.ts';
import { magnitudeName } from '../architectures/lora-spec.ts';
import { linearModules } from '../architectures/model-config.ts';
import { permuteRows } from '../architectures/paired-rows.ts';
import { requireWeight } from '../ir/executor.ts';
import { sizeOf, type Shape } from '../ir/shape.ts';
import { loadWeight } from '../formats/load-weight.ts';
import { Random, seedFor } from '../optimizer/random.ts';
import type { LoopRequest } from './training-plan.ts';

const magnitudeSuffix = magnitudeName('');

/**
 * Where training starts. LoRA as PEFT: A uniform within ±1/√inputs (Kaiming's rule with a = √5), B zero, so that the
 * adapter changes nothing at first; under DoRA, magnitudes are the norms of the base's rows. Full fine-tuning: the
 * base's weights.
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
    } else if (name.endsWith(magnitudeSuffix)) {
      parameters.set(name, await rowNorms(base, name.slice(0, -magnitudeSuffix.length)));
    } else {
      parameters.set(name, startOfFactor(name, shape, seed));
    }
  }
  return parameters;
}

/** A uniform within ±1/√inputs, B zero. */
export function startOfFactor(name: string, shape: Shape, seed: number): Float32Array {
  return name.endsWith('.lora_A.weight') ? kaiming(name, shape, seed) : zeros(shape);
}

function kaiming(name: string, shape: Shape, seed: number): Float32Array {
  const random = new Random(seedFor(name, seed));
  const bound = 1 / Math.sqrt(shape.at(-1) ?? 1);
  return zeros(shape).map(() => random.uniform(-bound, bound));
}

function zeros(shape: Shape): Float32Array {
  return new Float32Array(sizeOf(shape));
}

/** ‖W‖ per row, in the published order. */
async function rowNorms(base: BaseModel, path: string): Promise<Float32Array> {
  const { config, layout, weights } = base;
  const module = linearModules(config).find((one) => one.path === path);
  if (module === undefined) {
    throw new GraphError('internal', `${path} is no linear map`, { audience: 'developer' });
  }
  const { inputs, outputs, kind } = module;
  const data = await loadWeight(requireWeight(weights, `${path}.weight`), [outputs, inputs]);
  const norms = Float32Array.from({ length: outputs }, (_, row) => {
    let square = 0;
    for (let i = row * inputs; i < (row + 1) * inputs; i++) square += (data[i] ?? 0) ** 2;
    return Math.sqrt(square);
  });
  if (!layout.pairedRows || !(kind === 'q_proj' || kind === 'k_proj')) return norms;
  const heads = kind === 'q_proj' ? config.heads : config.kvHeads;
  return permuteRows(norms, { heads, rows: outputs }, 'fromPairs');
}
