import { GraphError } from '@graft/graph';
import {
  linearModules,
  type LinearMap,
  type LinearModule,
  type ModelConfig,
} from './model-config.ts';

/** Which linear maps get a low-rank addition, and its scaling (Hu et al. 2021, "LoRA"). */
export interface LoraSpec {
  readonly rank: number;
  readonly alpha: number;
  /** Scale α/√r instead of α/r (Kalajdzievski 2023, "rsLoRA"). */
  readonly rankStabilized: boolean;
  /** Last parts of module paths, or `all-linear`. */
  readonly targets: readonly string[];
  /** Also trains the norm of each row (Liu et al. 2024, "DoRA"). */
  readonly dora?: boolean;
  /** Exactly these modules by path, each with its own rank, instead of `targets` with `rank`; the scale is α/`rank`. */
  readonly modules?: ReadonlyMap<string, number>;
  /** Probability of dropping an element of A's input in training; default 0. */
  readonly dropout?: number;
}

export function loraScale(spec: LoraSpec): number {
  return spec.alpha / (spec.rankStabilized ? Math.sqrt(spec.rank) : spec.rank);
}

/** The rank of a targeted module. */
export function rankOf(spec: LoraSpec, path: string): number {
  return spec.modules?.get(path) ?? spec.rank;
}

/** The targeted modules; throws for a name that the model lacks, or a rank above a module's sizes. */
export function targetModules(config: ModelConfig, spec: LoraSpec): readonly LinearModule[] {
  return targetsAmong(linearModules(config), spec);
}

/** The same for any model, given all its linear maps. */
export function targetsAmong<Linear extends LinearMap>(
  all: readonly Linear[],
  spec: LoraSpec,
): readonly Linear[] {
  const known = new Set(all.map(({ kind }) => kind));
  for (const target of spec.targets) {
    if (target !== 'all-linear' && !known.has(target)) {
      throw new GraphError(
        'bad-param',
        `the target "${target}" is not a module of this model; choose among all-linear, ${[...known].join(', ')}`,
        { location: { param: 'targets' } },
      );
    }
  }
  const { dropout = 0 } = spec;
  if (!(dropout >= 0 && dropout < 1)) {
    throw new GraphError('bad-param', `dropout ${dropout} is not from 0 to below 1`, {
      location: { param: 'dropout' },
    });
  }
  const everywhere = spec.targets.includes('all-linear');
  const modules = all.filter(
    ({ kind, path }) => spec.modules?.has(path) ?? (everywhere || spec.targets.includes(kind)),
  );
  for (const { path, inputs, outputs } of modules) {
    const rank = rankOf(spec, path);
    if (rank < 1 || rank > Math.min(inputs, outputs)) {
      throw new GraphError(
        'bad-param',
        `rank ${rank} does not fit ${path} of ${outputs} × ${inputs}; choose 1 to ${Math.min(inputs, outputs)}`,
        { location: { param: 'rank' } },
      );
    }
  }
  return modules;
}

/** Program inputs of a module's factors: A [rank, inputs], B [outputs, rank], with PEFT's names. */
export function factorNames(path: string): readonly [a: string, b: string] {
  return [`${path}.lora_A.weight`, `${path}.lora_B.weight`];
}

/** Program input of a module's magnitudes under DoRA, [outputs], with PEFT's name. */
export function magnitudeName(path: string): string {
  return `${path}.lora_magnitude_vector`;
}

/**
 * LoRA+ (Hayou et al. 2024): the factor on a tensor's learning rate, for `AdamW`. As in PEFT, B and DoRA's magnitudes
 * learn `ratio` times as fast as A.
 */
export function loraPlusFactor(ratio: number): (name: string) => number {
  return (name) => (name.endsWith('.lora_A.weight') ? 1 : ratio);
}
