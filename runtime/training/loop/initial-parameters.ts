import { GraphError } from '@graft/graph';
import type { BaseModel } from '../architectures/base-model.ts';
import { magnitudeName } from '../architectures/lora-spec.ts';
import { linearModules } from '../architectures/model-config.ts';
import { permuteRows } from '../architectures/paired-rows.ts';
import { requireWeight, type WeightLookup } from '../ir/executor.ts';
import { sizeOf, type Shape } from '../ir/shape.ts';
import { loadWeight } from '../formats/load-weight.ts';
import { Random, seedFor } from '../optimizer/random.ts';

const magnitudeSuffix = magnitudeName('');

/** Initial values of parameters. */
export interface InitialSource {
  /** The model's own weights, where full fine-tuning starts. */
  readonly weights: WeightLookup;
  /** Takes precedence; undefined leaves a parameter to the method. */
  readonly given?: ((name: string) => Promise<Float32Array> | Float32Array | undefined) | undefined;
}

/**
 * Initial parameters. LoRA as in PEFT: A uniform within ±1/√inputs (Kaiming's rule with a = √5), B zero, so that the
 * adapter initially changes nothing. Full fine-tuning: the model's weights.
 */
export async function initialParameters(
  { weights, given = () => undefined }: InitialSource,
  trainable: ReadonlyMap<string, Shape>,
  { method, seed }: { readonly method: { readonly kind: string }; readonly seed: number },
): Promise<Map<string, Float32Array>> {
  const parameters = new Map<string, Float32Array>();
  for (const [name, shape] of trainable) {
    const byMethod = async (): Promise<Float32Array> =>
      method.kind === 'lora'
        ? startOfFactor(name, shape, seed)
        : // A copy: training writes into it.
          (await loadWeight(requireWeight(weights, name), shape)).slice();
    parameters.set(name, (await given(name)) ?? (await byMethod()));
  }
  return parameters;
}

/** Under DoRA, magnitudes start as the norms of the base's rows. */
export function magnitudesOf(base: BaseModel): NonNullable<InitialSource['given']> {
  return (name) =>
    name.endsWith(magnitudeSuffix)
      ? rowNorms(base, name.slice(0, -magnitudeSuffix.length))
      : undefined;
}

/** A uniform within ±1/√inputs, B zero. */
function startOfFactor(name: string, shape: Shape, seed: number): Float32Array {
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
  const module = linearModules(config).find((candidate) => candidate.path === path);
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
